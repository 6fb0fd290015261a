"""G11: An excluded prefix is outside the destinations.

Why: Cilium subtracts excludedCIDRs from destinationCIDRs. A prefix outside destinationCIDRs excludes nothing.
Seen: Nowhere.
Since: 1.16
Source: Cilium CiliumEgressGatewayPolicy types

Bad: `destinationCIDRs: [10.0.0.0/8], excludedCIDRs: [192.168.0.0/16]`
Good: `destinationCIDRs: [0.0.0.0/0], excludedCIDRs: [192.168.0.0/16]`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.net import inside
from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """An excluded prefix must be inside at least one destination."""
    for i, policy in enumerate(facts.stack.egress_policies):
        for j, cidr in enumerate(policy.excluded_cidrs):
            if not any(inside(cidr, destination) for destination in policy.destination_cidrs):
                yield warning(
                    f"egressPolicies[{i}].excludedCIDRs[{j}]",
                    "a prefix inside destinationCIDRs",
                    cidr,
                    "take it out, or correct the destinations",
                )
