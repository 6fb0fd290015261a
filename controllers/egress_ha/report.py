"""What a gateway says of itself in its answers to probes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from config.net import Address


@dataclass(frozen=True)
class Report:
    """The egress addresses that it has, those that a stranger has, and up to where it knows the policies' status.

    `seen` is a resourceVersion: every change up to it was carried out before this was said.
    """

    held: frozenset[Address] = frozenset()
    conflicts: frozenset[Address] = frozenset()
    seen: int = 0

    def document(self) -> dict[str, Any]:
        """For JSON."""
        held, conflicts = (sorted(map(str, part)) for part in (self.held, self.conflicts))
        return {"held": held, "conflicts": conflicts, "seen": self.seen}

    @classmethod
    def parse(cls, document: object) -> Report:
        """Of what came over the wire. Raises ValueError for anything that is no report."""
        if not isinstance(document, Mapping):
            raise ValueError("a report is an object")
        held, conflicts, seen = (document.get(key, default) for key, default in
                                 (("held", []), ("conflicts", []), ("seen", 0)))  # fmt: skip
        if not (isinstance(held, list) and isinstance(conflicts, list) and isinstance(seen, int)):
            raise ValueError("a report has two lists and a number")
        return cls(frozenset(map(_address, held)), frozenset(map(_address, conflicts)), seen)


def _address(text: object) -> Address:
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no address")
    return ip_address(text)
