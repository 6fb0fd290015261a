"""What a gateway says of itself in its answers to probes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from config.net import Address, Prefix


@dataclass(frozen=True)
class Report:
    """The egress addresses that it has, those that a stranger has, and up to where it knows the policies' status.

    `cut`: destinations that it has no way to. `seen` is a resourceVersion: every change up to it was carried out
    before this was said. `ready`: whether traffic should be brought to it that it has not got.
    """

    held: frozenset[Address] = frozenset()
    conflicts: frozenset[Address] = frozenset()
    seen: int = 0
    cut: frozenset[Prefix] = frozenset()
    ready: bool = True

    def document(self) -> dict[str, Any]:
        """For JSON."""
        held, conflicts, cut = (sorted(map(str, part)) for part in (self.held, self.conflicts, self.cut))
        return {"held": held, "conflicts": conflicts, "seen": self.seen, "cut": cut, "ready": self.ready}

    @classmethod
    def parse(cls, document: object) -> Report:
        """Of what came over the wire. Raises ValueError for anything that is no report."""
        if not isinstance(document, Mapping):
            raise ValueError("a report is an object")
        held, conflicts, cut = (document.get(key, []) for key in ("held", "conflicts", "cut"))
        seen, ready = document.get("seen", 0), document.get("ready", True)
        lists = all(isinstance(part, list) for part in (held, conflicts, cut))
        if not (lists and isinstance(seen, int) and isinstance(ready, bool)):
            raise ValueError("a report has three lists, a number and a word")
        return cls(frozenset(map(_address, held)), frozenset(map(_address, conflicts)), seen,
                   frozenset(map(_prefix, cut)), ready)  # fmt: skip


def _address(text: object) -> Address:
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no address")
    return ip_address(text)


def _prefix(text: object) -> Prefix:
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no prefix")
    return ip_network(text)
