"""Egress IPAM: which gateway has which address of a policy's egressCIDRs.

An address has one holder. It goes to another gateway only when the one before has said that it gave it back,
or has been silent for so long that its kernel has dropped it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from itertools import chain, islice

from config.net import Address, Prefix

# How many addresses of a prefix are named at most where there are too few.
_LOOKED_AT = 256


@dataclass(frozen=True)
class Report:
    """What a gateway said last of the addresses that it has. `age` is in seconds."""

    held: frozenset[Address] = frozenset()
    conflicts: frozenset[Address] = frozenset()
    age: float = 0.0


@dataclass
class Book:
    """All addresses of all policies. `silence`: after so many seconds a report binds nobody any more."""

    reports: Mapping[Address, Report]
    silence: float
    taken: dict[Address, Address] = field(default_factory=dict)

    def assign(self, cidrs: Sequence[Prefix], wanted: Sequence[Address], resting: Sequence[Address],
               before: Mapping[Address, Address]) -> tuple[dict[Address, Address], str]:  # fmt: skip
        """Gateway -> its address, and why not each of `wanted` has one (empty where each has).

        `before` is what was assigned last: it stays where it can. The gateways of `resting` are away; they
        keep theirs as long as nobody else needs it. Policies are to be asked in the order of their age, so
        that a younger one never takes an address away.
        """
        result: dict[Address, Address] = {}
        self._keep(cidrs, wanted, before, result)
        reserved = {before[gateway] for gateway in resting if gateway in before}
        short: list[str] = []
        for gateway in wanted:
            if gateway in result:
                continue
            # What a gateway that is away may come back to goes last.
            untouched = (a for a in _hosts(cidrs) if a not in reserved)
            candidates = chain(untouched, sorted(reserved, key=int))
            free = next((a for a in candidates if self._usable(a, cidrs, gateway)), None)
            if free is None:
                short.append(str(gateway))
            else:
                result[gateway] = self._take(free, gateway)
        self._keep(cidrs, resting, before, result)
        return result, self._why(cidrs, short) if short else ""

    def _keep(self, cidrs: Sequence[Prefix], gateways: Sequence[Address], before: Mapping[Address, Address],
              result: dict[Address, Address]) -> None:  # fmt: skip
        for gateway in gateways:
            address = before.get(gateway)
            if address is not None and self._usable(address, cidrs, gateway):
                result[gateway] = self._take(address, gateway)

    def _take(self, address: Address, gateway: Address) -> Address:
        self.taken[address] = gateway
        return address

    def _usable(self, address: Address, cidrs: Sequence[Prefix], gateway: Address) -> bool:
        if address in self.taken or not any(address in cidr for cidr in cidrs):
            return False
        return not self._conflict(address) and self._holder(address) in (None, gateway)

    def _conflict(self, address: Address) -> bool:
        return any(address in report.conflicts for report in self.reports.values() if report.age < self.silence)

    def _holder(self, address: Address) -> Address | None:
        """Who may still have the address on an interface."""
        for gateway, report in self.reports.items():
            if address in report.held and report.age < self.silence:
                return gateway
        return None

    def _why(self, cidrs: Sequence[Prefix], short: list[str]) -> str:
        reasons = []
        for address in islice(_hosts(cidrs), _LOOKED_AT):
            if self._conflict(address):
                reasons.append(f"{address} is used by a host that is no gateway")
            elif address not in self.taken and (holder := self._holder(address)) is not None:
                reasons.append(f"{address} may still be on {holder}")
            if len(reasons) == 3:
                break
        tail = f": {'; '.join(reasons)}" if reasons else ""
        return f"no address for {', '.join(short)}{tail}"


def _hosts(cidrs: Sequence[Prefix]) -> Iterator[Address]:
    """The addresses of the prefixes; network and broadcast are left out where a prefix has them."""
    for cidr in cidrs:
        edge = cidr.version == 4 and cidr.prefixlen < 31
        first, last = int(cidr.network_address) + edge, int(cidr.broadcast_address) - edge
        kind = type(cidr.network_address)
        yield from (kind(number) for number in range(first, last + 1))


def parsed(mapping: Mapping[str, str]) -> dict[Address, Address]:
    """`egressIPByGatewayIP` of a status, with addresses for texts."""
    return {ip_address(gateway): ip_address(address) for gateway, address in mapping.items()}
