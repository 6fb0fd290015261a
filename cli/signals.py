"""Signals that end a command as Ctrl-C does."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType

# A supervisor ends the job; the terminal or its connection is gone.
_ENDINGS = (signal.SIGTERM, signal.SIGHUP)


def end_as_ctrl_c() -> None:
    """Make SIGTERM and SIGHUP end the command as Ctrl-C does: running steps end, and a drill heals what it broke.

    A signal that the caller ignores (nohup) stays ignored.
    """
    for number in _ENDINGS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    if number == signal.SIGHUP:
        # The shell and the kernel both send it. The second one must not count as a second Ctrl-C.
        signal.signal(number, signal.SIG_IGN)
    asked = list(_pulumi())
    if asked:
        # The Pulumi CLI ends its running steps and then itself. On Ctrl-C, it gets the terminal's signal.
        for process in asked:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGINT)
        return
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):
        # A shell ignores SIGINT for commands in the background.
        raise KeyboardInterrupt
    handler(number, frame)


def _pulumi() -> Iterator[int]:
    """The process IDs of the Pulumi CLI among the children."""
    for task in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                if Path(f"/proc/{child}/comm").read_text().strip() == "pulumi":
                    yield int(child)
