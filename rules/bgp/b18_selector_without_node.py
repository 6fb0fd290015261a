"""B18: A cluster config's nodeSelector matches no node.

Why: no agent runs BGP. A label that nobody sets is the usual reason.
Seen: in the condition `cilium.io/NoMatchingNode`.
Since: 1.16
Source: Cilium BGP control plane operation guide

Bad: `nodeSelector: { matchLabels: { enable-bgp: "true" } }` without `bgp.nodeLabels`
Good: `nodeLabels: { enable-bgp: "true" }` with it
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding
from rules.no_node import no_node


def check(facts: Facts) -> Iterator[Finding]:
    """Match against the labels that the nodes will have."""
    for i, config in enumerate(facts.bgp.cluster_configs):
        yield from no_node(
            facts,
            f"bgp.clusterConfigs[{i}].nodeSelector",
            config.node_selector,
            "label nodes (bgp.nodeLabels, nodes[].labels), or correct the selector",
        )
