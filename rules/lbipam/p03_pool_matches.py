"""P3: No enabled pool matches a LoadBalancer Service.

Why: The Service stays `<pending>`.
Seen: In the condition `cilium.io/IPAMRequestSatisfied` (no_pool).
Since: 1.16
Source: Cilium LB-IPAM documentation

Bad: the only pool has `serviceSelector: { matchLabels: { tier: edge } }`, and the Service has no such label
Good: the label on the Service, or a pool without serviceSelector
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error
from rules.lbipam.pools import matching


def check(facts: Facts) -> Iterator[Finding]:
    """Checks LoadBalancer Services that LB-IPAM serves."""
    if str(facts.helm("defaultLBServiceIPAM") or "lbipam") == "nodeipam":
        return
    for path, service in facts.lb_services:
        if not matching(facts, service):
            have = ", ".join(pool.name for pool in facts.stack.pools) or "no pools"
            yield error(
                path,
                "a pool that serves it",
                f"none of {have}",
                "correct the pool's serviceSelector or the Service's labels, or add a pool",
            )
