"""Every single failure of a stack, and the parts that fail together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from config.labels import ZONE
from config.stack import StackConfig
from failures.thing import Thing

LossKind = Literal["node", "zone", "router", "link", "session", "gateway", "backend's node"]
_KINDS: dict[str, LossKind] = {
    "router": "router",
    "node": "node",
    "link": "link",
    "session": "session",
    "gateway": "gateway",
    "pod": "backend's node",
}


@dataclass(frozen=True)
class Loss:
    """The failure of a node, a zone, a router, a link (`HOST/INTERFACE`), a session, a gateway, or a pod's node."""

    kind: LossKind
    name: str
    parts: frozenset[str]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def losses(stack: StackConfig, things: Iterable[Thing]) -> list[Loss]:
    """All failures: the parts that some thing depends on (by kind and name), then the zones."""
    parts = dict.fromkeys(part for thing in things for path in thing.paths for part in sorted(path.parts))
    found = [Loss(_KINDS[kind], name, frozenset({part})) for part in parts for kind, _, name in [part.partition("/")]]
    order = list(_KINDS.values())
    return [*sorted(found, key=lambda loss: (order.index(loss.kind), loss.name)), *_zones(stack)]


def _zones(stack: StackConfig) -> Iterator[Loss]:
    zones: dict[str, list[str]] = {}
    for node in stack.nodes:
        if zone := stack.node_labels(node).get(ZONE):
            zones.setdefault(zone, []).append(f"node/{node.name}")
    yield from (Loss("zone", zone, frozenset(nodes)) for zone, nodes in sorted(zones.items()))
