"""G8: A gateway selector matches no node.

Why: The policy is still in force. The selected traffic has no gateway, and the agent drops it.
Seen: Nowhere. Connections time out.
Since: 1.16
Source: Cilium egress gateway documentation; seen on the lab

Bad: `nodeSelector: { matchLabels: { egress-gw: "true" } }` and no node with that label
Good: `nodes: [{ name: w3, labels: { egress-gw: "true" }, ... }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding
from rules.no_node import no_node


def check(facts: Facts) -> Iterator[Finding]:
    """Every entry needs a node; a policy needs an entry (G10)."""
    for gateway in facts.gateways:
        yield from no_node(
            facts,
            f"{gateway.path}.nodeSelector",
            gateway.entry.node_selector,
            "label the gateway nodes, or correct the selector",
        )
