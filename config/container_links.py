"""The names of interfaces in containers: Docker numbers a container's interfaces by the names of the networks."""

from __future__ import annotations

from collections.abc import Iterator

from config.cluster import KindCluster
from config.errors import Problem
from config.net import InterfaceAddress
from config.node import Interface
from config.router import Router
from config.stack import StackConfig
from config.wires import wired

ONLY = "eth0 (Docker's name for a container's only interface)"


def misnamed_nodes(stack: StackConfig) -> Iterator[Problem]:
    """Names of nodes' interfaces that are other links in the container. Agents, routes and policies use these names."""
    for i, node in enumerate(stack.nodes):
        names = docker_names(node.interfaces)
        for j, one in wired(node.interfaces):
            if j in names and one.name != names[j]:
                expected = ONLY if len(names) == 1 else _numbered(names[j], one.address)
                yield Problem(f"nodes[{i}].interfaces[{j}].name", expected, one.name)


def misnamed_routers(stack: StackConfig) -> Iterator[Problem]:
    """Names in frr.conf that are other links in the container. Other names of a router's interfaces do not matter."""
    if isinstance(stack.cluster, KindCluster) and not stack.cluster.create:
        # The order depends on the name of the existing network.
        return
    for i, router in enumerate(stack.routers):
        names = docker_names(router.interfaces) if router.managed else {}
        for path, said in _uses(router):
            meant = [(names[j], one.address) for j, one in wired(router.interfaces) if one.name == said and j in names]
            if meant and said not in (name for name, _ in meant):
                yield Problem(f"routers[{i}].{path}", _numbered(*meant[0]), said)


def docker_names(interfaces: tuple[Interface, ...]) -> dict[int, str]:
    """Index of a wire -> its name in the container. Docker numbers the wires by the networks' names, as texts.

    Docker makes no second wire in a network, so that such a wire has no name.
    """
    first: dict[str, int] = {}
    for j, one in wired(interfaces):
        first.setdefault(str(one.address.network).replace("/", "-"), j)
    return {first[network]: f"eth{number}" for number, network in enumerate(sorted(first))}


def _uses(router: Router) -> Iterator[tuple[str, str]]:
    """Every setting of a router that names an interface, with its path."""
    for i, group in enumerate(router.bgp.peer_groups):
        if isinstance(group.update_source, str):
            yield f"bgp.peerGroups[{i}].updateSource", group.update_source
    for i, neighbor in enumerate(router.bgp.neighbors):
        if isinstance(neighbor.update_source, str):
            yield f"bgp.neighbors[{i}].updateSource", neighbor.update_source
        if neighbor.interface is not None:
            yield f"bgp.neighbors[{i}].interface", neighbor.interface
    for i, route in enumerate(router.static_routes):
        if route.interface is not None:
            yield f"staticRoutes[{i}].interface", route.interface


def _numbered(name: str, address: InterfaceAddress) -> str:
    return f"{name} (Docker's name for the interface in {address.network}, by the order of the networks' names)"
