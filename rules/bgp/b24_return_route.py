"""B24: A node has no route to the pods of the other nodes.

Why: Cilium's BGP advertises routes. Cilium does not install the routes that it receives in the node's FIB. With
native routing a node needs autoDirectNodeRoutes or a route through the router. Without both, the sessions are up,
the router reaches every pod, and pods on different nodes do not reach each other.
Seen: Nowhere. BGP is healthy at both ends.
Since: 1.16
Source: the study behind the dev stack; seen on the lab

Bad: `returnRoutes: off`, and nodes whose default gateway is not the router
Good: `returnRoutes: auto` (the program adds the route), or the router as the default gateway
"""

from __future__ import annotations

from collections.abc import Iterator

from config.net import Address, Prefix, inside
from config.node import Node
from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """A node needs a declared route, a default route through the router, or a return route of the program."""
    stack = facts.stack
    if stack.bgp is None or str(facts.helm("routingMode")) != "native" or len(stack.nodes) < 2:
        return
    networks = {node.interfaces[0].address.network for node in stack.nodes}
    if facts.on("autoDirectNodeRoutes") and len(networks) == 1:
        return
    routers = {i.address.ip for router in stack.routers for i in router.interfaces}
    links = {i.address.network for router in stack.routers for i in router.interfaces if not i.loopback}
    owners = {node.pod_cidr: {i.address.ip for i in node.interfaces} for node in stack.nodes if node.pod_cidr}
    for n, node in enumerate(stack.nodes):
        # Without declared routers, every default gateway counts as a router.
        gateways = set(node.default_gateways)
        behind = bool(gateways & routers) or (not routers and bool(gateways))
        if behind or _routed(facts, node, routers) or _meshed(node, owners, len(stack.nodes)):
            continue
        if stack.bgp.return_routes == "auto":
            if stack.routers and not any(i.address.network in links for i in node.interfaces):
                yield error(
                    f"nodes[{n}].interfaces",
                    "an interface on a link of a router, for the return route",
                    "none",
                    f"add nodes[{n}].routes with {stack.cluster.pod_cidr}, or a router on its link",
                )
            continue
        # The program adds routes only to hosts that the stack makes.
        also = "on the host and " if stack.cluster.kind == "existing" else ""
        yield error(
            f"nodes[{n}].routes",
            f"a route to {stack.cluster.pod_cidr} through a router",
            "none",
            f"set bgp.returnRoutes: auto, or add the route {also}in nodes[{n}].routes",
        )


def _routed(facts: Facts, node: Node, routers: set[Address]) -> bool:
    pods = facts.stack.cluster.pod_cidr
    # Without declared routers, the stack cannot know what is behind a gateway.
    return any(inside(pods, route.to) and (not routers or route.via in routers) for route in node.routes)


def _meshed(node: Node, owners: dict[Prefix, set[Address]], nodes: int) -> bool:
    """Whether the node has routes to the pods of all other nodes, through these nodes."""
    reached = {route.to for route in node.routes if route.via in owners.get(route.to, ())}
    return len(owners) == nodes and len(reached | {node.pod_cidr}) == nodes
