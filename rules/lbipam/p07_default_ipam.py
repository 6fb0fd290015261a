"""P7: A Service has no class, and LB-IPAM is off for Services without a class.

Why: With `defaultLBServiceIPAM: none` only Services with one of Cilium's classes get an address.
Seen: Nowhere. The Service stays `<pending>`.
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
    """The key exists from 1.17 on. An unknown value has the same effect as none."""
    default = str(facts.helm("defaultLBServiceIPAM") or "lbipam")
    if default == "nodeipam" and not facts.on("nodeIPAM.enabled"):
        yield error(
            "cilium.values.nodeIPAM.enabled",
            "true with defaultLBServiceIPAM nodeipam",
            "false, the default",
            "set nodeIPAM.enabled: true: no Service without a class gets an address",
        )
    if default in ("lbipam", "nodeipam"):
        return
    for path, service in facts.addressed:
        if service.load_balancer_class is None:
            yield error(
                facts.place(path, "loadBalancerClass"),
                f"a class (defaultLBServiceIPAM is {default})",
                "nothing",
                "set io.cilium/bgp-control-plane or io.cilium/l2-announcer",
            )
