"""Health checks of containers."""

from __future__ import annotations

from typing import Any


def health_check(test: str, retries: int) -> dict[str, Any]:
    """The health check of a container. `test`: a shell command. `retries`: failures in a row until unhealthy.

    Each check starts a process in the container, as long as the container runs. With one check a second, five
    containers take a quarter of a core.
    """
    return {
        "tests": ["CMD-SHELL", test],
        "interval": "3s",
        "timeout": "5s",
        "retries": retries,
        "start_period": "1s",
    }
