"""P11: A pool contains addresses that have another owner.

Why: A VIP can also be the address of a node, the router or a pod, a ClusterIP, or an egress address. Both owners
then answer. Which owner wins changes with every ARP reply and every route.
Seen: Nowhere.
Since: 1.16
Source: inferred

Bad: a pool 192.168.10.100-192.168.10.110, and a node with 192.168.10.100
Good: a pool outside every address of the stack
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.across.addresses import plan
from rules.facts import Facts
from rules.finding import Finding, error, warning
from rules.lbipam.pools import blocks, requested
from rules.spans import Span, of_prefix, overlaps


def check(facts: Facts) -> Iterator[Finding]:
    """Compares pools with all other addresses. A block that is a whole network of hosts has a single finding."""
    pools = blocks(facts, enabled_only=True)
    paths = {span.path for span in pools}
    owned = {path for path, _, _ in facts.addresses}
    links = [of_prefix(network, path, str(network)) for path, network in facts.networks()]
    hosts: dict[Span, list[Span]] = {}
    for first, second in overlaps([*pools, *plan(facts)]):
        if (first.path in paths) == (second.path in paths):
            continue
        mine, other = (first, second) if first.path in paths else (second, first)
        if other.path in owned and any(_holds(mine, link) for link in links):
            hosts.setdefault(mine, []).append(other)
            continue
        yield error(mine.path, f"addresses outside {other.what} ({other.path})", mine, f"keep {other} out of the pool")
    yield from _networks(facts, hosts)


def _networks(facts: Facts, hosts: dict[Span, list[Span]]) -> Iterator[Finding]:
    """Blocks that are a whole network of hosts. They are safe only if all Services request their addresses."""
    for block, inside in hosts.items():
        asked = {text for _, service in facts.addressed for text in requested(service)}
        taken = [span for span in inside if str(span).partition("-")[0] in asked]
        loose = [service.name for _, service in facts.addressed if not list(requested(service))]
        what = ", ".join(span.what for span in (taken or inside)[:5])
        if taken:
            yield error(
                block.path,
                "no Service that requests the address of a host",
                what,
                "request another address for the Service",
            )
        elif loose:
            yield warning(
                block.path,
                f"addresses outside those of hosts ({what})",
                f"{block}, the hosts' own network, and Services that ask for no address: {', '.join(loose[:5])}",
                "give each Service an address (requestedIPs), or the pool a range without hosts",
            )


def _holds(block: Span, link: Span) -> bool:
    return block.version == link.version and block.first <= link.first and link.last <= block.last
