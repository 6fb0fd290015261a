"""A drill: a fault, what traffic may notice of it, and how it heals."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from config.stack import StackConfig
from failures.thing import Kind


class Testbed(Protocol):
    """Where drills are held: something whose hosts can be broken and mended."""

    stack: StackConfig

    def freeze(self, host: str) -> None:
        """Stop every process of a host."""

    def thaw(self, host: str) -> None:
        """Let them go on."""

    def silence(self, host: str) -> None:
        """Nothing passes its wires, and no interface notices."""

    def unsilence(self, host: str) -> None:
        """Frames pass again."""

    def cut(self, host: str) -> None:
        """Its wires lose their carrier."""

    def join(self, host: str) -> None:
        """The carrier is back."""

    def run(self, host: str, script: str) -> str:
        """A shell script on a host."""

    def kubectl(self, *words: str) -> str:
        """A command against the cluster."""

    def apply(self, manifest: dict[str, Any]) -> None:
        """An object of the cluster. Nothing of it is in a command line."""

    def newer_cilium(self) -> str:
        """A newer version of Cilium that can run there. Raises EdgeError where there is none."""

    def client(self, where: str, arguments: list[str]) -> subprocess.Popen[str]:
        """A process in a pod (`pod/NAME`) or on a host (`host/NAME`), its output in a pipe."""


Action = Callable[[Testbed], None]


@dataclass(frozen=True)
class Stream:
    """Requests from a place to an address.

    `limit`: seconds of black-out that the fault may cost; `lost`: requests in all, where that is less.
    `after`: requests that the way back may cost; one that is under way when its gateway changes has no way to end.
    `asks`: the host that requests are for, where it is another than the address. At port 443 they go by TLS.
    """

    name: str
    where: str
    host: str
    port: int
    limit: float
    after: int = 0
    lost: int | None = None
    asks: str = ""


Streams = Callable[[StackConfig], tuple[Stream, ...]]


@dataclass(frozen=True)
class Drill:
    """`streams` run through the whole of it: `before`, then the fault for `during`, then `after` (seconds).

    `ready` is whether everything is as it should be: waited for before the fault, and after the healing.
    `back` is within how many seconds after healing the first answers are back, where the drill promises that.
    `shuts`: within so many seconds after the fault nobody is answered any more, until the healing.
    `opens`: nobody is answered before, and everybody from so many seconds after the fault on, until the healing.
    `upgrades`: it takes a newer Cilium, which not every testbed has.
    `possible`: whether a stack has the parts that this one wants, beside those of its family.
    `prepare` and `restore` are before and after all of it: a drill may need what the stack has not.
    `foresees`: of which single loss (`node NAME`) and which thing `edge plan --failures` tells the cost.
    `rest` is how many seconds after the last drill's fault it may begin: what was lost then is remembered a while.
    """

    name: str
    about: str
    streams: Streams
    ready: Callable[[Testbed], bool]
    fault: Action
    heal: Action
    during: float
    after: float
    before: float = 2.0
    back: float | None = None
    rest: float = 0.0
    shuts: float | None = None
    opens: float | None = None
    upgrades: bool = False
    possible: Callable[[StackConfig], bool] = lambda stack: True
    foresees: Callable[[StackConfig], tuple[str, Kind, str]] | None = None
    prepare: Action = lambda testbed: None
    restore: Action = lambda testbed: None
