"""B18: A cluster config's nodeSelector matches no node.

Why: No agent runs BGP with the cluster config. The usual reason is a label that is on no node.
Seen: In the condition `cilium.io/NoMatchingNode`.
Since: 1.16
Source: Cilium BGP control plane operation guide

Bad: `nodeSelector: { matchLabels: { enable-bgp: "true" } }` without `bgp.nodeLabels`
Good: `nodeSelector: { matchLabels: { enable-bgp: "true" } }` with `nodeLabels: { enable-bgp: "true" }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding
from rules.no_node import no_node


def check(facts: Facts) -> Iterator[Finding]:
    """Matches against the labels that the nodes will have."""
    for i, config in enumerate(facts.bgp.cluster_configs):
        yield from no_node(
            facts,
            f"bgp.clusterConfigs[{i}].nodeSelector",
            config.node_selector,
            "label nodes (bgp.nodeLabels, nodes[].labels), or correct the selector",
        )
