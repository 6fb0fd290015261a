"""R5: The next hop of a static route is on no link of its host.

Why: The kernel refuses the route, or FRR keeps the route inactive.
Seen: Only in `show ip route`.
Since: 1.16
Source: inferred

Bad: `staticRoutes: [{ to: 10.0.0.0/8, via: 203.0.113.1 }]` with interfaces only in 192.168.0.0/16
Good: a next hop on a link of the host
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error, warning


def check(facts: Facts) -> Iterator[Finding]:
    """The program creates the routes of routers, and those of nodes in containers. Others are only declared."""
    for i, router in enumerate(facts.stack.routers):
        links = [interface.address.network for interface in router.interfaces]
        for j, route in enumerate(router.static_routes):
            if route.interface is None and not any(route.via in link for link in links):
                yield error(
                    f"routers[{i}].staticRoutes[{j}].via",
                    "an address on a link of the router",
                    route.via,
                    "correct the next hop",
                )
    # In a cloud, a gateway is often on no link of a node with a prefix of 32 bits.
    made = facts.stack.cluster.kind == "docker"
    said = error if made else warning
    for i, node in enumerate(facts.stack.nodes):
        links = [interface.address.network for interface in node.interfaces]
        routes = [(f"routes[{j}].via", route.via) for j, route in enumerate(node.routes)]
        routes += [("defaultGateway", gateway) for gateway in node.default_gateways] if made else []
        for place, via in routes:
            if not any(via in link for link in links):
                yield said(f"nodes[{i}].{place}", "an address on a link of the node", via, "correct the next hop")
