"""I4: An Ingress whose Service gets no address, or one that nobody announces.

Why: the controller makes a LoadBalancer Service (`cilium-ingress`, or one for a dedicated Ingress).
Without a pool it stays `<pending>`; without BGP or L2 the address answers nobody.
Seen: nowhere.
Since: 1.16
Source: inferred

Bad: `ingressController: {}` without `pools`
Good: a pool, and an L2 policy or a BGP advertisement that takes the Service
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Shared and dedicated ones alike."""
    if not facts.shared_ingress and not facts.dedicated_ingresses:
        return
    if not any(not pool.disabled for pool in facts.stack.pools):
        yield error(
            "ingressController", "a pool for its LoadBalancer Service", "none", "add a pool, or use hostNetwork"
        )
    l2 = any(policy.load_balancer_ips for policy in facts.stack.l2_policies)
    bgp = any("LoadBalancerIP" in item.entry.addresses for item in facts.carried)
    if not l2 and not bgp:
        yield warning(
            "ingressController",
            "an L2 policy or a BGP advertisement of LoadBalancerIPs",
            "neither",
            "add an l2Policies entry with loadBalancerIPs: true, or an advertisement",
        )
