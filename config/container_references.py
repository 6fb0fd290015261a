"""The limits of hosts that are containers: their networks, their interfaces, and one control plane."""

from __future__ import annotations

from collections.abc import Iterator

from config.cluster import DockerCluster, KindCluster
from config.container_links import ONLY, misnamed_nodes, misnamed_routers
from config.container_networks import unfit_networks
from config.container_prefixes import unfit_prefixes
from config.container_ssh import ineffective_ssh
from config.errors import Problem
from config.kind_names import unfit_names
from config.node import Interface
from config.stack import StackConfig
from config.wires import wired

_KINDS_PORT = 6443


def in_containers(stack: StackConfig, cluster: DockerCluster) -> Iterator[Problem]:
    """The mistakes in a stack of kind docker."""
    yield from _of_both(stack, cluster)
    yield from misnamed_nodes(stack)
    yield from _control_plane(stack)


def in_kind(stack: StackConfig, cluster: KindCluster) -> Iterator[Problem]:
    """The mistakes in a stack of kind kind: kind names the nodes, and Docker gives each node one interface."""
    yield from _of_both(stack, cluster)
    yield from _control_plane(stack)
    yield from unfit_names(stack, cluster)
    for i, node in enumerate(stack.nodes):
        names = [one.name for _, one in wired(node.interfaces)]
        if names and names != ["eth0"]:
            yield Problem(f"nodes[{i}].interfaces", f"one interface without managed, {ONLY}", ", ".join(names))


def _of_both(stack: StackConfig, cluster: DockerCluster | KindCluster) -> Iterator[Problem]:
    yield from _unwired(stack)
    yield from unfit_networks(stack)
    yield from unfit_prefixes(stack, cluster)
    yield from misnamed_routers(stack)
    yield from ineffective_ssh(stack)


def _unwired(stack: StackConfig) -> Iterator[Problem]:
    """Hosts that are on no network, which nothing could reach."""
    hosts: list[tuple[str, tuple[Interface, ...]]] = [
        *((f"nodes[{i}]", node.interfaces) for i, node in enumerate(stack.nodes)),
        *((f"routers[{i}]", router.interfaces) for i, router in enumerate(stack.routers) if router.managed),
    ]
    for where, interfaces in hosts:
        if not wired(interfaces):
            yield Problem(f"{where}.interfaces", "an interface on a network", "only interfaces without a network")


def _control_plane(stack: StackConfig) -> Iterator[Problem]:
    """A cluster of containers has one control plane, and the API server is there."""
    control = [(i, node) for i, node in enumerate(stack.nodes) if node.role == "control-plane"]
    if not control:
        yield Problem("nodes", "one node with role: control-plane", "none")
        return
    first = control[0][1]
    for i, _ in control[1:]:
        expected = f"worker (a cluster of containers has one control plane, and {first.name} is it)"
        yield Problem(f"nodes[{i}].role", expected, "control-plane")
    cluster = stack.cluster
    if cluster.api_server != first.address:
        kinds = "no value, or " if isinstance(cluster, KindCluster) else ""
        expected = f"{kinds}{first.address}, the address of the control plane {first.name}"
        yield Problem("cluster.apiServer", expected, str(cluster.api_server))
    if isinstance(cluster, KindCluster) and cluster.api_port != _KINDS_PORT:
        expected = f"{_KINDS_PORT} (kind's API server listens on this port of the node)"
        yield Problem("cluster.apiPort", expected, str(cluster.api_port))
