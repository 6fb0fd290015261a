"""L2: An L2 policy announces no kind of address.

Why: The fields `externalIPs` and `loadBalancerIPs` are both false by default.
Seen: Nowhere. No agent takes a lease, and no agent answers ARP.
Since: 1.16
Source: Cilium L2 announcements documentation; seen on the lab

Bad: `l2Policies: [{ name: arp, interfaces: ["^eth1$"] }]`
Good: the same with `loadBalancerIPs: true`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks every policy."""
    for i, policy in enumerate(facts.stack.l2_policies):
        if not policy.external_ips and not policy.load_balancer_ips:
            yield error(
                f"l2Policies[{i}].loadBalancerIPs",
                "true, or externalIPs: true",
                "false for both",
                "set loadBalancerIPs: true",
            )
