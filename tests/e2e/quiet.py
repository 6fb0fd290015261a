"""Two labs run side by side. What measures times has the machine for itself; everything else waits that long."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOCK = Path(tempfile.gettempdir()) / "cilium-edge-tests.lock"
# A process that has the lock does not wait for itself.
_held = 0


@contextmanager
def alone(exclusive: bool = True) -> Iterator[None]:
    """While it lasts no other process of the tests runs a command of a lab; without `exclusive` none is alone."""
    global _held
    if _held:
        yield
        return
    with _LOCK.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        _held += 1
        try:
            yield
        finally:
            _held -= 1
