"""P14: A Service requires an address family that the cluster does not have.

Why: The API server refuses a Service that requires both families, or one of them, on a cluster without a required
family. With PreferDualStack the Service gets the families that the cluster has.
Seen: In the API server's error (this cluster is not configured for dual-stack services).
Since: 1.16
Source: Kubernetes, IPv4/IPv6 dual-stack

Bad: `ipFamilyPolicy: RequireDualStack` with `ipv6.enabled: false`
Good: `ipFamilyPolicy: PreferDualStack`, or `values: { ipv6: { enabled: true } }` on a dual-stack cluster
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Compares with the enabled families of Cilium. IPv4 is on by default."""
    have = {family for family, key in (("IPv4", "ipv4.enabled"), ("IPv6", "ipv6.enabled")) if facts.on(key)}
    for i, service in enumerate(facts.stack.services):
        both = service.ip_family_policy == "RequireDualStack"
        wanted = {"IPv4", "IPv6"} if both else set(service.ip_families[:1])
        absent = sorted(wanted - have)
        if absent:
            field = "ipFamilyPolicy" if both else "ipFamilies"
            yield error(
                f"services[{i}].{field}",
                f"families that are on in Cilium ({', '.join(sorted(have))})",
                "RequireDualStack" if both else ", ".join(service.ip_families),
                "take PreferDualStack, or turn the family on (cilium.values, and in the cluster)",
            )
