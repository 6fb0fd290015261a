"""G9: The gateway selector of an open-source policy matches several nodes.

Why: The agent uses the first node by name, without failover. When that node fails, the selected traffic fails too.
The second node never forwards traffic.
Seen: Nowhere.
Since: 1.16
Source: cilium/cilium #30157, #18230

Bad: `egressGateway: { nodeSelector: { matchLabels: { egress-gw: "true" } } }` with two such nodes
Good: `egressGroups` (gateways with failover), or a selector of one node
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks only the plain form. Isovalent's build or the project's controller serves groups."""
    for gateway in facts.gateways:
        if gateway.policy.egress_groups or gateway.policy.isovalent(facts.stack.cilium.edition):
            continue
        if len(gateway.nodes) > 1:
            names = ", ".join(sorted(node.name for node in gateway.nodes)[:4])
            yield warning(
                f"{gateway.path}.nodeSelector",
                "one node (there is no failover)",
                f"{len(gateway.nodes)}: {names}",
                "use egressGroups, or select one node",
            )
