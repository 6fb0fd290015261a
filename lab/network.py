"""Joins the network namespace of another process."""

from __future__ import annotations

import ctypes
import os

from config.errors import LabError

_CLONE_NEWNET = 0x40000000


def join(pid: int) -> None:
    """Move the calling thread, and every thread and process that it starts later, to a process's network.

    Must be called in the main thread before other threads are started. Raises LabError if the kernel refuses.
    """
    # os.setns needs Python 3.12.
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        if libc.setns(descriptor, _CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise LabError(f"entering the lab's network: {os.strerror(number)} (are you root?)")
    finally:
        os.close(descriptor)
