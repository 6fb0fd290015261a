"""The egress addresses of this node that other hosts have."""

from __future__ import annotations

import time
from collections import deque

from config.net import Address
from controllers.egress_ha.gateway.interfaces import InterfaceError


class Conflicts:
    """`found`: address -> when the conflict was found, and the other host.

    A conflict is forgotten after two lifetimes of an address: the other host may have left.
    """

    def __init__(self, lifetime: int) -> None:
        self._lifetime = lifetime
        self.found: dict[Address, tuple[float, str]] = {}
        self._claims: deque[tuple[Address, str]] = deque()

    def claim(self, address: Address, who: str) -> None:
        """Note that another host claims the address, for the next `update`. Any thread may call this."""
        self._claims.append((address, who))

    def update(self) -> None:
        """Process the noted claims, and forget old conflicts."""
        while self._claims:
            self.add(*self._claims.popleft())
        forget = time.monotonic() - 2 * self._lifetime
        self.found = {address: (when, who) for address, (when, who) in self.found.items() if when > forget}

    def add(self, address: Address, who: str) -> None:
        """Note a conflict that was found now."""
        self.found[address] = (time.monotonic(), who)

    def remove(self, address: Address) -> None:
        """Forget a conflict: no other host has the address."""
        self.found.pop(address, None)

    def check(self, address: Address) -> None:
        """Raises InterfaceError if a conflict about the address was found within the last lifetime."""
        if address in self.found:
            when, who = self.found[address]
            if time.monotonic() - when < self._lifetime:
                raise in_use(address, who)

    def strangers(self) -> dict[Address, str]:
        """Address -> the other host that has the address."""
        return {address: who for address, (_, who) in self.found.items()}


def in_use(address: Address, who: str) -> InterfaceError:
    """The error that another host has the address."""
    return InterfaceError(f"{address} is used by {who}")
