"""Static routes to the PodCIDR through the router, on nodes without another return path.

Cilium's BGP only announces routes. Received routes do not reach the kernel FIB of the node.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.base import Model
from config.net import Address, InterfaceName, ObjectName, Prefix, inside
from config.stack import StackConfig


class ReturnRoute(Model):
    """One route on one node."""

    node: ObjectName
    to: Prefix
    via: Address
    device: InterfaceName


def return_routes(stack: StackConfig) -> Iterator[ReturnRoute]:
    """The routes that the stack's nodes need but do not have."""
    bgp, cilium = stack.bgp, stack.cilium
    if bgp is None or bgp.return_routes == "off" or cilium.routing_mode != "native":
        return
    routers = [
        interface.address
        for router in stack.routers
        for interface in router.interfaces
        if not interface.loopback and interface.address.version == stack.cluster.pod_cidr.version
    ]
    routed = {address.ip for address in routers}
    for node in stack.nodes:
        if cilium.auto_direct_node_routes and _one_subnet(stack):
            continue
        if routed & set(node.default_gateways):
            continue
        if any(inside(stack.cluster.pod_cidr, route.to) for route in node.routes):
            continue
        for interface in node.interfaces:
            via = next((a.ip for a in routers if a.network == interface.address.network), None)
            if via is not None:
                yield ReturnRoute(node=node.name, to=stack.cluster.pod_cidr, via=via, device=interface.name)
                break


def _one_subnet(stack: StackConfig) -> bool:
    return len({node.interfaces[0].address.network for node in stack.nodes}) == 1
