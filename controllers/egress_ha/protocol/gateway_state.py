"""What a gateway says of itself in its answers to probes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

from config.net import Address, Prefix

_LONGEST = 80


@dataclass(frozen=True)
class Report:
    """The egress addresses that it has, those that a stranger has (and who that is), and up to where it knows the
    policies' status.

    `cut`: destinations that it has no way to. `seen` is a resourceVersion: every change up to it was carried out
    before this was said. `ready`: whether traffic should be brought to it that it has not got.
    """

    held: frozenset[Address] = frozenset()
    conflicts: Mapping[Address, str] = field(default_factory=dict)
    seen: int = 0
    cut: frozenset[Prefix] = frozenset()
    ready: bool = True

    def document(self) -> dict[str, Any]:
        """For JSON."""
        held, cut = (sorted(map(str, part)) for part in (self.held, self.cut))
        conflicts = {str(address): who for address, who in self.conflicts.items()}
        return {"held": held, "conflicts": conflicts, "seen": self.seen, "cut": cut, "ready": self.ready}

    @classmethod
    def parse(cls, document: object) -> Report:
        """Of what came over the wire. Raises ValueError for anything that is no report."""
        if not isinstance(document, Mapping):
            raise ValueError("a report is an object")
        held, cut, conflicts = document.get("held", []), document.get("cut", []), document.get("conflicts", {})
        seen, ready = document.get("seen", 0), document.get("ready", True)
        lists = isinstance(held, list) and isinstance(cut, list) and isinstance(conflicts, Mapping)
        if not (lists and isinstance(seen, int) and isinstance(ready, bool)):
            raise ValueError("a report has two lists, an object, a number and a word")
        strangers = {_address(address): _stranger(who) for address, who in conflicts.items()}
        return cls(frozenset(map(_address, held)), strangers, seen, frozenset(map(_prefix, cut)), ready)


def _address(text: object) -> Address:
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no address")
    return ip_address(text)


def _stranger(text: object) -> str:
    """It ends in a status and in logs."""
    if not isinstance(text, str) or not text.isprintable() or len(text) > _LONGEST:
        raise ValueError("a stranger has a short name")
    return text


def _prefix(text: object) -> Prefix:
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no prefix")
    return ip_network(text)
