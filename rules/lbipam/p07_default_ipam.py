"""P7: LB-IPAM is off for Services without a class, and a Service has none.

Why: with `defaultLBServiceIPAM: none` only Services with one of Cilium's classes get an address.
Seen: nowhere; the Service stays `<pending>`.
Since: 1.17
Source: Cilium LB-IPAM documentation

Bad: `values: { defaultLBServiceIPAM: none }` and a Service without loadBalancerClass
Good: `loadBalancerClass: io.cilium/bgp-control-plane`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """The key came with 1.17."""
    if facts.helm("defaultLBServiceIPAM") != "none":
        return
    for path, service in facts.addressed:
        if service.load_balancer_class is None:
            yield error(
                f"{path}.loadBalancerClass",
                "a class (defaultLBServiceIPAM is none)",
                "nothing",
                "set io.cilium/bgp-control-plane or io.cilium/l2-announcer",
            )
