"""G18: A policy has fewer egress addresses than active gateways.

Why: Each active gateway needs its own address from egressCIDRs. The other gateways get no address, and the policy's
condition IPAMRequestSatisfied stays false.
Seen: Only in the condition IPAMRequestSatisfied.
Since: 1.17
Source: status of IsovalentEgressGatewayPolicy in the study behind the egress stack

Bad: `egressCIDRs: [172.18.0.84/32]` with two gateways
Good: `egressCIDRs: [172.18.0.84/31]`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Counts the active gateways: the selected nodes of each group, up to its maxGatewayNodes."""
    for i, policy in enumerate(facts.stack.egress_policies):
        if not policy.egress_cidrs or not policy.egress_groups:
            continue
        active = {}
        for group in policy.egress_groups:
            nodes = facts.selected(group.node_selector)
            for node in nodes[: group.max_gateway_nodes or len(nodes)]:
                active[node.name] = node
        room = sum(cidr.num_addresses for cidr in set(policy.egress_cidrs))
        if room < len(active):
            yield error(
                f"egressPolicies[{i}].egressCIDRs",
                f"at least {len(active)} addresses, one for each active gateway",
                room,
                "take a larger prefix, or set maxGatewayNodes",
            )
