"""B17: Two cluster configs select the same node.

Why: A node uses one cluster config. The other cluster config is in conflict, and the age of the two decides which
one wins.
Seen: In the condition `cilium.io/ConflictingClusterConfig`.
Since: 1.16
Source: Cilium operator/pkg/bgp

Bad: one cluster config for `role: edge`, and one without nodeSelector
Good: selectors that exclude each other
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error
from rules.words import some


def check(facts: Facts) -> Iterator[Finding]:
    """Assigns every node to the first cluster config that selects it."""
    owner: dict[str, str] = {}
    for i, config in enumerate(facts.bgp.cluster_configs):
        shared: dict[str, list[str]] = {}
        for node in facts.selected(config.node_selector):
            first = owner.setdefault(node.name, config.name)
            if first != config.name:
                shared.setdefault(first, []).append(node.name)
        for first, names in shared.items():
            yield error(
                f"bgp.clusterConfigs[{i}].nodeSelector",
                f"nodes that {first} does not select",
                some(names, 5),
                "make the selectors exclude each other",
            )
