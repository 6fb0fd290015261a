"""The management namespace: the only way to the lab's hosts."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from config.errors import LabError
from config.stack import MANAGEMENT
from lab.host import Host
from lab.network import join

P = ParamSpec("P")
R = TypeVar("R")


def enter(lab: str) -> None:
    """Move the calling thread, and every thread and process that it starts later, to the lab's network.

    Must be called in the main thread before other threads are started. Raises LabError if the lab is
    not up.
    """
    host = Host(lab, MANAGEMENT)
    pid = host.pid
    if pid is None:
        raise LabError(f"the lab of stack {lab} is not up; start it with `edge lab up -s {lab}`")
    join(pid)


def inside(lab: str, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Enter the management namespace and call; only for a thread that ends afterwards."""
    enter(lab)
    return call(*args, **kwargs)
