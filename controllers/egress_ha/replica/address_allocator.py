"""Egress IPAM: assigns addresses of a policy's egressCIDRs to gateways.

An address has one holder. Another gateway gets the address only when no other gateway can still have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from config.net import Address, Prefix

# Gateway -> its address.
GatewayAddresses = dict[Address, Address]

# A message about a prefix with too few addresses considers at most this many of its addresses.
_LOOKED_AT = 256


@dataclass
class AddressAllocator:
    """All addresses of all policies in one round.

    `assigned`: policy -> gateway -> address, from the present status. `holders`: address -> the gateways that may
    have the address. `held`: gateway -> the addresses that the gateway reports. `conflicts`: address -> the
    other host that has the address. `waiting`: no gateway may get a new address yet. `allocated`: address -> gateway,
    for the assignments of this round so far.
    """

    assigned: Mapping[str, Mapping[Address, Address]] = field(default_factory=dict)
    holders: Mapping[Address, AbstractSet[Address]] = field(default_factory=dict)
    held: Mapping[Address, AbstractSet[Address]] = field(default_factory=dict)
    conflicts: Mapping[Address, str] = field(default_factory=dict)
    waiting: bool = False
    allocated: dict[Address, Address] = field(default_factory=dict, compare=False)

    def assign(
        self, policy: str, cidrs: Sequence[Prefix], wanted: Sequence[Address], resting: Sequence[Address]
    ) -> tuple[GatewayAddresses, str]:
        """Gateway -> its address, and why not every gateway of `wanted` has one (empty if each has one).

        A gateway keeps its address if possible. A new gateway gets the address of its place among all gateways of the
        policy if the address is free. The gateways of `resting` do not serve now. A resting gateway keeps its
        address until another gateway needs it. Then this round withdraws the address, and a later round assigns it,
        when no gateway can still have it. An address of another policy is never used.
        """
        before = self.assigned.get(policy, {})
        result: GatewayAddresses = {}
        self._keep(cidrs, wanted, before, result)
        if not self.waiting:
            order = sorted({*wanted, *resting}, key=int)
            new = [gateway for gateway in wanted if gateway not in result]
            self._assign_own(cidrs, new, order, result)
            self._assign_any(cidrs, new, result)
        short = [gateway for gateway in wanted if gateway not in result]
        more = max(0, len(short) - self._pending(cidrs)) if short and not self.waiting else 0
        self._keep(cidrs, [gateway for gateway in resting if gateway in before][more:], before, result)
        return result, self._why(cidrs, short) if short else ""

    @cached_property
    def _owned(self) -> frozenset[Address]:
        """The addresses of all policies."""
        return frozenset(address for mapping in self.assigned.values() for address in mapping.values())

    def _keep(
        self,
        cidrs: Sequence[Prefix],
        gateways: Sequence[Address],
        before: Mapping[Address, Address],
        result: GatewayAddresses,
    ) -> None:
        for gateway in gateways:
            address = before.get(gateway)
            if address is None or address in self.allocated or address in self.conflicts:
                continue
            if any(address in cidr for cidr in cidrs):
                result[gateway] = self._allocate(address, gateway)

    def _assign_own(
        self, cidrs: Sequence[Prefix], gateways: Sequence[Address], order: Sequence[Address], result: GatewayAddresses
    ) -> None:
        """The n-th gateway of `order` gets the n-th address, so that it does not matter which one is ready first."""
        for gateway in gateways:
            own = next(islice(_hosts(cidrs), order.index(gateway), None), None)
            if own is not None and self._free(own, gateway):
                result[gateway] = self._allocate(own, gateway)

    def _assign_any(self, cidrs: Sequence[Prefix], gateways: Sequence[Address], result: GatewayAddresses) -> None:
        """A gateway whose own address is taken gets the first free address."""
        for gateway in gateways:
            free = None if gateway in result else next((a for a in _hosts(cidrs) if self._free(a, gateway)), None)
            if free is not None:
                result[gateway] = self._allocate(free, gateway)

    def _allocate(self, address: Address, gateway: Address) -> Address:
        self.allocated[address] = gateway
        return address

    def _free(self, address: Address, gateway: Address) -> bool:
        if address in self.allocated or address in self._owned or address in self.conflicts:
            return False
        return self.holders.get(address, frozenset()) <= {gateway}

    def _pending(self, cidrs: Sequence[Prefix]) -> int:
        """The number of withdrawn addresses that may still be on a gateway."""
        return sum(
            1
            for address in self.holders
            if address not in self._owned
            and address not in self.allocated
            and address not in self.conflicts
            and any(address in cidr for cidr in cidrs)
        )

    def _why(self, cidrs: Sequence[Prefix], short: Sequence[Address]) -> str:
        reasons = ["another controller may have assigned addresses a moment ago"] if self.waiting else []
        for address in islice(_hosts(cidrs), _LOOKED_AT):
            if address in self.conflicts:
                reasons.append(f"{address} is used by {self.conflicts[address]}, which is no gateway")
            elif address not in self.allocated and self.holders.get(address):
                reasons.append(f"{address} may still be on {min(self.holders[address], key=int)}")
            if len(reasons) == 3:
                break
        tail = f": {'; '.join(reasons)}" if reasons else ""
        return f"no address for {', '.join(map(str, short))}{tail}"


def _hosts(cidrs: Sequence[Prefix]) -> Iterator[Address]:
    """The addresses of the prefixes, without the network and broadcast addresses of prefixes that have them."""
    for cidr in cidrs:
        edge = cidr.version == 4 and cidr.prefixlen < 31
        first, last = int(cidr.network_address) + edge, int(cidr.broadcast_address) - edge
        kind = type(cidr.network_address)
        yield from (kind(number) for number in range(first, last + 1))
