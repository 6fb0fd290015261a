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

    def power_off(self, host: str) -> None:
        """End every process of a host and its kernel's state, without a warning."""

    def power_on(self, host: str) -> None:
        """Boot the host again."""

    def can_boot(self) -> None:
        """Raises EdgeError if the hosts of the testbed cannot boot."""

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
Need = Callable[[Testbed], object]


@dataclass(frozen=True)
class Stream:
    """Requests from a place to an address.

    `limit`: the longest black-out that the fault may cost, in seconds. `lost`: the most requests that the fault may
    cost. `after`: the most requests that the way back may cost: a request under way is lost when its gateway changes.
    `asks`: the host that the requests name, if it is not the address. Requests to port 443 use TLS.
    `service`: the Service (`NAMESPACE/NAME`) whose address is asked. `host` is then empty.
    """

    name: str
    where: str
    host: str
    port: int
    limit: float
    after: int = 0
    lost: int | None = None
    asks: str = ""
    service: str = ""


Streams = Callable[[StackConfig], tuple[Stream, ...]]


@dataclass(frozen=True)
class Drill:
    """The `streams` run all the time: `before` the fault, `during` the fault, and `after` the healing (seconds).

    `ready`: whether everything is well. The drill waits for that before the fault and after the healing.
    `back`: the first answers are back within so many seconds after the healing. None: the drill does not promise that.
    `shuts`: from so many seconds after the fault until the healing, nobody gets an answer.
    `opens`: nobody gets an answer before the fault. From so many seconds after the fault, everybody does.
    `needs` raises EdgeError if the testbed lacks what the drill needs, such as a newer Cilium.
    `possible`: whether a stack has the parts that this drill needs, besides the parts that its family needs.
    `prepare` and `restore` run before and after everything else: a drill may need what the stack does not have.
    `foresees`: the single loss (`node NAME`) and the thing whose cost `edge plan --failures` tells.
    `rest`: seconds between the last drill's fault and this drill: controllers remember a loss for a while.
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
    needs: Need = lambda testbed: None
    possible: Callable[[StackConfig], bool] = lambda stack: True
    foresees: Callable[[StackConfig], tuple[str, Kind, str]] | None = None
    prepare: Action = lambda testbed: None
    restore: Action = lambda testbed: None
