"""The state that a gateway reports in its answers to probes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

from config.net import Address, Prefix

_LONGEST = 80


@dataclass(frozen=True)
class GatewayState:
    """`held`: the egress addresses that the gateway has. `conflicts`: address -> the other host that has it.

    `seen`: a resourceVersion; the gateway has carried out every change of the policies' status up to this version.
    `cut`: the destinations without an uplink. `ready`: whether the gateway should get new traffic.
    """

    held: frozenset[Address] = frozenset()
    conflicts: Mapping[Address, str] = field(default_factory=dict)
    seen: int = 0
    cut: frozenset[Prefix] = frozenset()
    ready: bool = True

    def document(self) -> dict[str, Any]:
        """The state for JSON."""
        held, cut = (sorted(map(str, part)) for part in (self.held, self.cut))
        conflicts = {str(address): who for address, who in self.conflicts.items()}
        return {"held": held, "conflicts": conflicts, "seen": self.seen, "cut": cut, "ready": self.ready}

    @classmethod
    def parse(cls, document: object) -> GatewayState:
        """Parse the JSON of an answer. Raises ValueError if it is no state."""
        if not isinstance(document, Mapping):
            raise ValueError("a gateway's state is an object")
        held, cut, conflicts = document.get("held", []), document.get("cut", []), document.get("conflicts", {})
        seen, ready = document.get("seen", 0), document.get("ready", True)
        lists = isinstance(held, list) and isinstance(cut, list) and isinstance(conflicts, Mapping)
        if not (lists and isinstance(seen, int) and isinstance(ready, bool)):
            raise ValueError("a gateway's state has two lists, an object, a number and a truth value")
        strangers = {_address(address): _stranger(who) for address, who in conflicts.items()}
        return cls(frozenset(map(_address, held)), strangers, seen, frozenset(map(_prefix, cut)), ready)


# Gateway -> its last state, and when a replica received it (monotonic seconds).
HeardStates = Mapping[Address, tuple[GatewayState, float]]


def _address(text: object) -> Address:
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no address")
    return ip_address(text)


def _stranger(text: object) -> str:
    """Check the name of another host. The name is written to a status and to logs."""
    if not isinstance(text, str) or not text.isprintable() or len(text) > _LONGEST:
        raise ValueError("the name of another host is a short text")
    return text


def _prefix(text: object) -> Prefix:
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no prefix")
    return ip_network(text)
