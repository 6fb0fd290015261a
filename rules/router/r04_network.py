"""R4: A `network` statement names a prefix that is not in the router's RIB.

Why: With import check (the default) FRR advertises a network only while the prefix is in the RIB.
Seen: Nowhere. The router does not advertise the prefix.
Since: 1.16
Source: FRR BGP documentation (network import-check)

Bad: `networks: [10.99.0.0/24]` without an interface or a static route for the prefix
Good: an interface with 10.99.0.1/24, or `importCheck: false`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Compares with the connected and static routes of the model."""
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
