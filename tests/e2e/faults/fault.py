"""What a fault is, and how one is made on the lab behind the product's back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.e2e.harness import Edge

Act = Callable[[Edge], object]
ROUTER = "cilium-r"
VIP = "172.16.1.1"


@dataclass(frozen=True)
class Fault:
    """One fault, its way back, and the one root cause that verify has to tell.

    `check`: the root's check. `cause`: a part of its cause or of its evidence.
    """

    make: Act
    mend: Act
    check: str
    cause: str


def on(host: str, command: str) -> Act:
    """A shell command on a host of the lab."""
    return lambda edge: edge.on(host, command)


def on_router(command: str) -> Act:
    """A shell command on the router."""
    return on(ROUTER, command)


def configured(*lines: str) -> Act:
    """Lines typed into FRR, past its file."""
    return on_router(" ".join(["vtysh", *(f"-c '{line}'" for line in ("configure terminal", *lines))]))


def bgp(*lines: str) -> Act:
    """Lines of the router's BGP."""
    return configured("router bgp 65000", *lines)


def unicast(*lines: str) -> Act:
    """Lines of the router's IPv4 unicast family."""
    return bgp("address-family ipv4 unicast", *lines)


def kubectl(*words: str) -> Act:
    """Somebody's kubectl."""
    return lambda edge: edge.kubectl(*words)


def patched(thing: str, change: Any, *words: str) -> Act:
    """An object of the API with other fields: `thing` is KIND/NAME."""
    return kubectl("patch", *thing.split("/"), "--type=merge", "-p", json.dumps(change), *words)


def both(*acts: Act) -> Act:
    """Several acts, one after another."""
    return lambda edge: [act(edge) for act in acts]


def redeployed(edge: Edge) -> object:
    """What the API has lost is what `up --refresh` makes anew."""
    return edge.run("up", "--refresh")
