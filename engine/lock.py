"""One operation at a time on a stack."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import StateError

# Locks of this process: a command holds its stack's lock around engine operations, which take the lock again.
_held: set[Path] = set()


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Lock the stack for one operation. The error for a second process names the first."""
    path = path.absolute()
    if path in _held:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(path.with_name(path.name + ".lock"), "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            owner = file.read().strip() or "another process"
            raise StateError(f"the stack is in use by {owner}; wait for it to end") from None
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()}")
        file.flush()
        _held.add(path)
        try:
            yield
        finally:
            _held.discard(path)
