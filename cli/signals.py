"""Signals that end a command as Ctrl-C does."""

from __future__ import annotations

import signal
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
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):
        # A shell ignores SIGINT for commands in the background.
        raise KeyboardInterrupt
    handler(number, frame)
