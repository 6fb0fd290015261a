"""G21: localPriority is set without maxGatewayNodes.

Why: With localPriority Cilium adds gateways of other zones up to maxGatewayNodes. Without maxGatewayNodes every
gateway is active, and localPriority has no effect.
Seen: Nowhere.
Since: 1.17
Source: Isovalent's public lab on egress gateways

Bad: `azAffinity: localPriority` and groups without `maxGatewayNodes`
Good: `egressGroups: [{ nodeSelector: ..., maxGatewayNodes: 2 }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks every group of such a policy."""
    for i, policy in enumerate(facts.stack.egress_policies):
        if policy.az_affinity != "localPriority":
            continue
        for j, group in enumerate(policy.egress_groups):
            if group.max_gateway_nodes is None:
                yield warning(
                    f"egressPolicies[{i}].egressGroups[{j}].maxGatewayNodes",
                    "a number with localPriority",
                    "nothing",
                    "say how many gateways are active at a time",
                )
