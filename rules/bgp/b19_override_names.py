"""B19: A node override names an unknown node, instance or peer.

Why: Cilium matches a node override by the names of the node, the instance and the peer. Cilium ignores an override
with an unknown name. The node then runs with the values of the cluster config.
Seen: Nowhere.
Since: 1.16
Source: Cilium BGP control plane configuration

Bad: `nodeOverrides: [{ node: cilium-w9, ... }]` in a stack without a node cilium-w9
Good: the names of a declared node, instance and peer
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error
from rules.words import nearest


def check(facts: Facts) -> Iterator[Finding]:
    """Looks up all three names. Instances and peers come from the node's own cluster config."""
    nodes: dict[str, dict[str, set[str]]] = {node.name: {} for node in facts.stack.nodes}
    for config in facts.bgp.cluster_configs:
        has = {instance.name: {peer.name for peer in instance.peers} for instance in config.instances}
        for node in facts.selected(config.node_selector):
            # A node has one cluster config. B17 reports nodes that two cluster configs select.
            nodes[node.name] = nodes[node.name] or has
    for i, override in enumerate(facts.bgp.node_overrides):
        if override.node not in nodes:
            yield error(
                f"bgp.nodeOverrides[{i}].node",
                "the name of a node",
                override.node,
                nearest(override.node, nodes, "name a declared node"),
            )
            continue
        peers = nodes[override.node]
        for j, instance in enumerate(override.instances):
            where = f"bgp.nodeOverrides[{i}].instances[{j}]"
            if instance.name not in peers:
                yield error(
                    f"{where}.name",
                    f"the name of an instance of {override.node}",
                    instance.name,
                    nearest(instance.name, peers, "name an instance that the node runs"),
                )
                continue
            for k, peer in enumerate(instance.peers):
                if peer.name not in peers[instance.name]:
                    yield error(
                        f"{where}.peers[{k}].name",
                        "the name of a peer",
                        peer.name,
                        nearest(peer.name, peers[instance.name], "name a declared peer"),
                    )
