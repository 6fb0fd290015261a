"""The address ledger: the possible holders of each egress address, by the policies' status and the gateways' reports.

An assigned address stays reserved until its gateway certainly no longer has it. This is certain when the gateway
has seen the withdrawal and reports its addresses without it. It is certain, too, when the gateway has been silent
long enough: its kernel has dropped the address then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from config.net import Address
from controllers.egress_ha.protocol.gateway_state import GatewayState, HeardStates
from controllers.egress_ha.replica.address_allocator import AddressAllocator

# Policy -> the assignments of its status: gateway -> address.
Assignments = Mapping[str, Mapping[Address, Address]]


@dataclass
class AddressLedger:
    """Every replica keeps a ledger all the time, so that a new leader knows of earlier withdrawals.

    `silence`: seconds after which a gateway that no replica has heard no longer has its addresses. `began`: when
    this replica began. `settled`: no other replica assigned anything before. A replica that is not settled may know
    too little for a while.
    """

    silence: float
    began: float
    settled: bool = False
    # (gateway, address) of a withdrawn assignment -> the version of the withdrawal, and when this replica saw it.
    _withdrawn: dict[tuple[Address, Address], tuple[int, float]] = field(default_factory=dict)
    _assigned: set[tuple[Address, Address]] = field(default_factory=set)

    def allocator(self, now: float, assigned: Assignments, version: int, heard: HeardStates) -> AddressAllocator:
        """The allocator for one round. `version`: the newest version of any policy in `assigned`."""
        self._follow(now, assigned, version)
        self._forget(now, heard)
        holders: dict[Address, set[Address]] = {}
        for gateway, address in (*self._assigned, *self._withdrawn):
            holders.setdefault(address, set()).add(gateway)
        fresh = {gateway: state for gateway, (state, when) in heard.items() if now - when < self.silence}
        for gateway, state in fresh.items():
            for address in state.held:
                holders.setdefault(address, set()).add(gateway)
        return AddressAllocator(
            assigned=assigned,
            holders=holders,
            held={gateway: state.held for gateway, state in fresh.items()},
            conflicts=_conflicts(fresh, holders),
            waiting=not self.settled and now - self.began < self.silence,
        )

    def _follow(self, now: float, assigned: Assignments, version: int) -> None:
        pairs = {pair for mapping in assigned.values() for pair in mapping.items()}
        for pair in self._assigned - pairs:
            self._withdrawn[pair] = (version, now)
        for pair in pairs:
            self._withdrawn.pop(pair, None)
        self._assigned = pairs

    def _forget(self, now: float, heard: HeardStates) -> None:
        for (gateway, address), (version, when) in list(self._withdrawn.items()):
            state, last = heard.get(gateway, (GatewayState(), -inf))
            # A gateway that has seen the withdrawal and still has the address is a holder by its own report.
            if state.seen >= version or now - max(when, last) > self.silence:
                del self._withdrawn[gateway, address]


def _conflicts(fresh: Mapping[Address, GatewayState], holders: Mapping[Address, set[Address]]) -> dict[Address, str]:
    """Address -> the host that has the address and is no gateway.

    A returning gateway may report the present holder as a conflict. Such a conflict is left out.
    """
    return {
        address: who
        for gateway, state in fresh.items()
        for address, who in state.conflicts.items()
        if holders.get(address, set()) <= {gateway}
    }
