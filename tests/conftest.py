"""Which lab tests may run side by side: `alone` ones may not; a file, or a folder with one lab, stays in a process."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Folders whose files share a lab.
_ONE_LAB = ("ingress",)


class Labs(LoadScopeScheduling):  # type: ignore[misc]
    """Two workers have two labs; a worker's next file goes on with the lab that is up."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        folder = path.removeprefix("tests/e2e/").partition("/")[0]
        return folder if folder in _ONE_LAB else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Labs | None:
    """Labs for `--dist loadscope`; None leaves the others as they are."""
    return Labs(config, log) if config.getvalue("dist") == "loadscope" else None
