"""R4: A `network` statement for a prefix that the router does not have.

Why: with import check (the default) FRR announces a network only while it is in its routing table.
Seen: nowhere; the prefix is not announced.
Since: 1.16
Source: FRR BGP documentation (network import-check)

Bad: `networks: [10.99.0.0/24]` without an interface or static route for it
Good: an interface with 10.99.0.1/24, or `importCheck: false`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Connected and static routes are what the model knows."""
    for i, router in enumerate(facts.stack.routers):
        if not router.bgp.import_check:
            continue
        have = {interface.address.network for interface in router.interfaces} | {
            route.to for route in router.static_routes
        }
        for j, network in enumerate(router.bgp.networks):
            if network not in have:
                yield warning(
                    f"routers[{i}].bgp.networks[{j}]",
                    "a connected or static prefix of the router",
                    network,
                    "add the interface or a static route, or set importCheck: false",
                )
