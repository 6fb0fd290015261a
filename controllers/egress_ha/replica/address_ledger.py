"""Who may have which egress address: what the policies' status gives and gave, and what gateways say.

An address that was given binds until it is certain that its gateway is without it: the gateway knows of the
withdrawal and says so, or it has been silent for so long that its kernel has dropped the address by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from config.net import Address
from controllers.egress_ha.protocol.gateway_state import Report
from controllers.egress_ha.replica.address_allocator import Book

# What a gateway said last, and when (monotonic seconds).
Heard = Mapping[Address, tuple[Report, float]]
# Policy -> what its status gives: gateway -> address.
Given = Mapping[str, Mapping[Address, Address]]


@dataclass
class Ledger:
    """Kept by every replica all the time, so that one that takes over knows what was withdrawn before.

    `silence`: a gateway that has not been heard for so many seconds has none of its addresses any more.
    `settled`: nobody gave anything before this replica began; else it may know too little for a while.
    """

    silence: float
    began: float
    settled: bool = False
    # (gateway, address) that no status gives any more -> the version that withdrew it, and when that was seen.
    _withdrawn: dict[tuple[Address, Address], tuple[int, float]] = field(default_factory=dict)
    _given: set[tuple[Address, Address]] = field(default_factory=set)

    def book(self, now: float, given: Given, version: int, heard: Heard) -> Book:
        """The state of things, for one round. `version`: of the newest change of any policy in `given`."""
        self._follow(now, given, version)
        self._forget(now, heard)
        holders: dict[Address, set[Address]] = {}
        for gateway, address in (*self._given, *self._withdrawn):
            holders.setdefault(address, set()).add(gateway)
        fresh = {gateway: report for gateway, (report, when) in heard.items() if now - when < self.silence}
        for gateway, report in fresh.items():
            for address in report.held:
                holders.setdefault(address, set()).add(gateway)
        return Book(
            given=given,
            holders=holders,
            held={gateway: report.held for gateway, report in fresh.items()},
            conflicts=_conflicts(fresh, holders),
            waiting=not self.settled and now - self.began < self.silence,
        )

    def _follow(self, now: float, given: Given, version: int) -> None:
        pairs = {pair for mapping in given.values() for pair in mapping.items()}
        for pair in self._given - pairs:
            self._withdrawn[pair] = (version, now)
        for pair in pairs:
            self._withdrawn.pop(pair, None)
        self._given = pairs

    def _forget(self, now: float, heard: Heard) -> None:
        for (gateway, address), (version, when) in list(self._withdrawn.items()):
            report, last = heard.get(gateway, (Report(), -inf))
            # One that knows of it and says that it has the address all the same is a holder by that word.
            if report.seen >= version or now - max(when, last) > self.silence:
                del self._withdrawn[gateway, address]


def _conflicts(fresh: Mapping[Address, Report], holders: Mapping[Address, set[Address]]) -> dict[Address, str]:
    """What a stranger has. A gateway that comes back may take the present holder for one: that is none."""
    return {
        address: who
        for gateway, report in fresh.items()
        for address, who in report.conflicts.items()
        if holders.get(address, set()) <= {gateway}
    }
