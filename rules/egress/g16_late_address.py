"""G16: A policy has egressCIDRs without egressGroups.

Why: Only gateways of egressGroups get addresses from egressCIDRs. The agent reads an interface's addresses when it
handles the policy. The agent does not use an address that is added later until the policy is applied again.
Seen: Nowhere. Traffic is dropped or leaves with another address.
Since: 1.16
Source: cilium/cilium #47761

Bad: `egressIP: 172.18.0.84` with `egressCIDRs` on open-source Cilium, without the controller
Good: an interface of the node in the stack file
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Only the HA form assigns addresses from egressCIDRs at run time."""
    for i, policy in enumerate(facts.stack.egress_policies):
        if policy.egress_cidrs and not policy.egress_groups and not policy.isovalent(facts.stack.cilium.edition):
            yield warning(
                f"egressPolicies[{i}].egressCIDRs",
                "egressGroups with egressCIDRs",
                "a gateway without egressGroups, which gets no address from egressCIDRs",
                "use egressGroups, or put the address on the node's interface",
            )
