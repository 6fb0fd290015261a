"""The limits of hosts that are containers: Docker names their interfaces, and their networks have IPv4 only."""

from __future__ import annotations

from collections.abc import Iterator

from config.cluster import KindCluster
from config.errors import Problem
from config.node import Interface
from config.stack import StackConfig

_ONLY = "eth0 (Docker's name for a container's only interface)"


def in_containers(stack: StackConfig) -> Iterator[Problem]:
    """The mistakes in a stack of kind docker."""
    nodes = [(f"nodes[{i}]", node.interfaces) for i, node in enumerate(stack.nodes)]
    for where, interfaces in [*nodes, *_routers(stack)]:
        wired = _wired(interfaces)
        if not wired:
            yield Problem(f"{where}.interfaces", "an interface on a network", "only interfaces without a network")
        yield from _networks(where, interfaces)
        for j, one in wired:
            if where.startswith("nodes") and len(wired) == 1 and one.name != "eth0":
                yield Problem(f"{where}.interfaces[{j}].name", _ONLY, one.name)
    control = [node for node in stack.nodes if node.role == "control-plane"]
    if len(control) != 1 or control[0].address != stack.cluster.api_server:
        got = ", ".join(f"{node.name} {node.address}" for node in control) or "none"
        yield Problem("cluster.apiServer", "the address of the only node with role: control-plane", got)


def in_kind(stack: StackConfig, cluster: KindCluster) -> Iterator[Problem]:
    """The mistakes in a stack of kind kind: kind names the nodes, and Docker gives each node one interface."""
    for where, interfaces in _routers(stack):
        yield from _networks(where, interfaces)
    for i, outpost in enumerate(stack.outposts):
        if not cluster.create and outpost.address.ip in cluster.subnet:
            outside = (
                "an address outside cluster.subnet (Docker fixes no address in the network of an existing cluster)"
            )
            yield Problem(f"outposts[{i}].address", outside, str(outpost.address))
    control = [node.name for node in stack.nodes if node.role == "control-plane"]
    if control != [f"{cluster.name}-control-plane"]:
        yield Problem(
            "nodes", f"one node with role: control-plane, {cluster.name}-control-plane", ", ".join(control) or "none"
        )
    workers = [(i, node.name) for i, node in enumerate(stack.nodes) if node.role == "worker"]
    expected = [f"{cluster.name}-worker{number if number > 1 else ''}" for number in range(1, len(workers) + 1)]
    for (i, name), wanted in zip(workers, expected, strict=True):
        if name != wanted:
            yield Problem(f"nodes[{i}].name", f"{wanted} (kind names the nodes of a cluster)", name)
    for i, node in enumerate(stack.nodes):
        wired = _wired(node.interfaces)
        if [one.name for _, one in wired] != ["eth0"]:
            got = ", ".join(one.name for _, one in wired) or "none"
            yield Problem(f"nodes[{i}].interfaces", f"one interface without managed, {_ONLY}", got)
        elif node.address not in cluster.subnet:
            path = f"nodes[{i}].interfaces[{wired[0][0]}].address"
            yield Problem(path, f"an address of cluster.subnet {cluster.subnet}", str(node.address))


def _routers(stack: StackConfig) -> list[tuple[str, tuple[Interface, ...]]]:
    return [(f"routers[{i}]", router.interfaces) for i, router in enumerate(stack.routers) if router.managed]


def _wired(interfaces: tuple[Interface, ...]) -> list[tuple[int, Interface]]:
    return [(j, one) for j, one in enumerate(interfaces) if not one.loopback and one.managed is None]


def _networks(where: str, interfaces: tuple[Interface, ...]) -> Iterator[Problem]:
    for j, one in _wired(interfaces):
        if one.address.version != 4 or one.address.network.prefixlen > 29:
            expected = "an IPv4 address in a subnet of at least 8 addresses (a Docker network)"
            yield Problem(f"{where}.interfaces[{j}].address", expected, str(one.address))
