"""Address spans and their overlaps, in one sweep instead of all pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from config.net import Address, Prefix
from config.pool import Block, Pool


@dataclass(frozen=True, order=True)
class Span:
    """Addresses `first` to `last` (as numbers) of one family. `path` is the YAML path of the declaration."""

    version: int
    first: int
    last: int
    path: str
    what: str

    @property
    def size(self) -> int:
        """The number of addresses."""
        return self.last - self.first + 1

    def has(self, address: Address) -> bool:
        """Whether an address is inside."""
        return address.version == self.version and self.first <= int(address) <= self.last

    def __str__(self) -> str:
        family = ip_address("::") if self.version == 6 else ip_address("0.0.0.0")  # noqa: S104 - the zero of its family
        return f"{type(family)(self.first)}-{type(family)(self.last)}"


def of_prefix(prefix: Prefix, path: str, what: str) -> Span:
    """All addresses of a prefix."""
    return Span(prefix.version, int(prefix.network_address), int(prefix.broadcast_address), path, what)


def of_block(block: Block, path: str, what: str) -> Span:
    """All addresses of a pool's block, including the reserved ones."""
    if block.cidr is not None:
        return of_prefix(block.cidr, path, what)
    assert block.start is not None
    stop = block.stop or block.start
    return Span(block.start.version, int(block.start), int(stop), path, what)


def usable(block: Block, pool: Pool) -> Span:
    """The usable addresses of a block. `allowFirstLastIPs: No` reserves two of a CIDR, except of a /31 or /32."""
    span = of_block(block, "", pool.name)
    keep = pool.allow_first_last_ips == "No" and block.cidr is not None and span.size > 2
    return Span(span.version, span.first + 1, span.last - 1, "", pool.name) if keep else span


def overlaps(spans: Iterable[Span]) -> Iterator[tuple[Span, Span]]:
    """Each span that begins inside an earlier span, with the earlier span that reaches furthest."""
    reach: dict[int, Span] = {}
    for span in sorted(spans):
        earlier = reach.get(span.version)
        if earlier is not None and span.first <= earlier.last:
            yield earlier, span
        if earlier is None or span.last > earlier.last:
            reach[span.version] = span
