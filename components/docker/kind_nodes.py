"""The nodes of a kind cluster: containers and addresses from Docker, PodCIDRs from Kubernetes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pulumi

from components.hosts.shell import script
from config.cluster import KindCluster
from config.errors import DockerError

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class KindNode:
    """The id of a node's container, and the node's address with the prefix length."""

    container: str
    address: str


def script_for(cluster: KindCluster, network: pulumi.Output[str]) -> pulumi.Output[str]:
    """The script that starts the nodes that do not run, and prints all nodes, one on each line."""
    return network.apply(lambda it: script(_HERE / "kind_nodes.sh", cluster=cluster.name, quoted=f'"{it}"'))


def read(text: str) -> dict[str, KindNode]:
    """Name -> node, from the output of the script. Raises DockerError for a node without an address."""
    nodes = {}
    for line in text.splitlines():
        name, container, state, *rest = line.split()
        if not rest or rest[0].startswith("/"):
            raise DockerError(f"container {name}: {state}, and without an address on the cluster's network")
        nodes[name] = KindNode(container, rest[0])
    return nodes


def learned(nodes: dict[str, KindNode], pods: str | None) -> dict[str, dict[str, str]]:
    """Name -> address and PodCIDR. `config.kind` adds these to a stack's document."""
    prefixes = dict(line.split() for line in (pods or "").splitlines() if len(line.split()) == 2)
    return {
        name: {"address": node.address, **({"podCIDR": prefixes[name]} if name in prefixes else {})}
        for name, node in nodes.items()
    }
