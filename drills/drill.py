"""A drill: a fault, its permitted effect on traffic, and its healing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from config.stack import StackConfig
from failures.thing import Kind


class Testbed(Protocol):
    """A deployment whose hosts drills can break and heal."""

    stack: StackConfig

    def freeze(self, host: str) -> None:
        """Stop every process of a host."""

    def thaw(self, host: str) -> None:
        """Let the stopped processes of a host continue."""

    def silence(self, host: str) -> None:
        """Drop all frames on the host's links, which keep their carrier."""

    def unsilence(self, host: str) -> None:
        """Let frames pass the host's links again."""

    def cut(self, host: str) -> None:
        """Take the carrier from the host's links."""

    def join(self, host: str) -> None:
        """Give the host's links their carrier back."""

    def power_off(self, host: str) -> None:
        """End every process of a host and its kernel's state, without a warning."""

    def power_on(self, host: str) -> None:
        """Boot the host again."""

    def can_boot(self) -> None:
        """Raises EdgeError if the hosts of the testbed cannot boot."""

    def run(self, host: str, script: str) -> str:
        """Run a shell script on a host; returns its output."""

    def kubectl(self, *words: str) -> str:
        """Run kubectl; returns its output."""

    def apply(self, manifest: dict[str, Any]) -> None:
        """Create or change an object of the cluster. The object may be a Secret, so no command line has it."""

    def newer_cilium(self) -> str:
        """A newer version of Cilium that the testbed can run. Raises EdgeError if there is no newer version."""

    def client(self, where: str, arguments: list[str]) -> subprocess.Popen[str]:
        """Start a process in a pod (`pod/NAME`) or on a host (`host/NAME`), with its output in a pipe."""


Action = Callable[[Testbed], None]
Need = Callable[[Testbed], object]


@dataclass(frozen=True)
class Stream:
    """Requests from a place to an address.

    `limit`: the longest black-out that the fault may cost, in seconds. `lost`: the most requests that the fault may
    cost. `after`: the most requests that the way back may cost: a request under way is lost when its gateway changes.
    `strays`: the most requests that may be lost after the black-out, one at a time, until the healing.
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
    strays: int = 0
    asks: str = ""
    service: str = ""


Streams = Callable[[StackConfig], tuple[Stream, ...]]


@dataclass(frozen=True)
class Drill:
    """The `streams` run all the time: `before` the fault, `during` the fault, and `after` the healing (seconds).

    `ready`: whether everything is well. The drill waits for that before the fault and after the healing.
    `back`: within this many seconds after the healing, only servers from before the fault answer. None: no promise.
    `shuts`: from this many seconds after the fault until the healing, no request is answered.
    `opens`: no request is answered before the fault. From this many seconds after the fault, every request is.
    `needs` raises EdgeError if the testbed lacks what the drill needs, such as a newer Cilium.
    `possible`: whether a stack has the parts that this drill needs, besides the parts that its family needs.
    `prepare` and `restore` run before and after everything else, for a state that the stack does not have.
    `foresees`: the single loss (`node NAME`), and kind and name of the thing whose cost `edge plan --failures` tells.
    `rest`: seconds between the end of the last drill and this drill: controllers remember a loss for a while.
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
