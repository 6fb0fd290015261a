"""Static routes to the PodCIDR through the router, on the nodes that would not find back.

Cilium's BGP announces and does not learn: nothing it hears reaches the node's kernel FIB.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from components import boot_script
from components.observe import OBSERVE
from config.net import Address, Prefix
from config.node import Node
from config.stack import StackConfig


@dataclass(frozen=True)
class ReturnRoute:
    """One route on one node."""

    node: Node
    to: Prefix
    via: Address
    device: str


def return_routes(stack: StackConfig) -> Iterator[ReturnRoute]:
    """The routes that the stack's nodes need and do not have."""
    bgp, cilium = stack.bgp, stack.cilium
    if bgp is None or bgp.return_routes == "off" or cilium.routing_mode != "native":
        return
    routers = [interface.address for router in stack.routers for interface in router.interfaces
               if not interface.loopback and interface.address.version == stack.cluster.pod_cidr.version]  # fmt: skip
    routed = {address.ip for address in routers}
    for node in stack.nodes:
        if cilium.auto_direct_node_routes and _one_subnet(stack):
            continue
        if node.default_gateway in routed:
            continue
        if any(stack.cluster.pod_cidr.subnet_of(r.to) for r in node.routes  # type: ignore[arg-type]
               if r.to.version == stack.cluster.pod_cidr.version):  # fmt: skip
            continue
        for interface in node.interfaces:
            via = next((a.ip for a in routers if a.network == interface.address.network), None)
            if via is not None:
                yield ReturnRoute(node, stack.cluster.pod_cidr, via, interface.name)
                break


def _one_subnet(stack: StackConfig) -> bool:
    return len({node.interfaces[0].address.network for node in stack.nodes}) == 1


def apply_script(route: ReturnRoute, owner: str) -> str:
    """Sets the route now and at every boot."""
    command = f"ip route replace {route.to} via {route.via} dev {route.device}"
    again = f'[ -n "$(ip route show exact {route.to} via {route.via} dev {route.device})" ] || {command}'
    return f"""set -eu
{command} || {{ echo "the route {route.to} via {route.via} was refused; is {route.device} up?" >&2; exit 1; }}
{boot_script.install(_NAME, owner, "Route to the pods of other nodes", [again], _undo(route))}{OBSERVE}
ip route show {route.to} | sed 's/ *$//'
"""


def delete_script(route: ReturnRoute, owner: str) -> str:
    """Takes the route and what makes it permanent away."""
    return boot_script.remove(_NAME, owner, _undo(route))


def _undo(route: ReturnRoute) -> str:
    return f"ip route del {route.to} via {route.via}"


_NAME = "return-route"
