"""G22: Pods can run on gateway nodes.

Why: Pods on a gateway node fail with the gateway, and their traffic uses the gateway's links. The study behind the
egress stack keeps pods off gateway nodes with a taint.
Seen: Nowhere.
Since: 1.16
Source: the study behind the egress stack

Bad: a gateway node without taints
Good: `taints: [{ key: egress-gw, effect: NoSchedule }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Accepts a taint with NoSchedule or NoExecute and any key."""
    chosen = {node.name for gateway in facts.gateways for node in gateway.nodes}
    for n, node in enumerate(facts.stack.nodes):
        if node.name in chosen and not any(t.effect in ("NoSchedule", "NoExecute") for t in node.taints):
            yield warning(
                f"nodes[{n}].taints",
                "a taint that keeps pods off a gateway",
                "none",
                "add { key: egress-gw, effect: NoSchedule }",
            )
