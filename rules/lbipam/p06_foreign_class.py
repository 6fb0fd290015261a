"""P6: Cilium does not serve a Service's loadBalancerClass.

Why: LB-IPAM ignores the Service. The Service stays `<pending>` unless another load balancer serves the class.
LB-IPAM serves each of Cilium's own classes only while the feature behind the class is on.
Seen: Nowhere.
Since: 1.16
Source: Cilium LB-IPAM documentation; operator/pkg/lbipam/cell.go

Bad: `loadBalancerClass: metallb`
Good: no class, `io.cilium/bgp-control-plane` or `io.cilium/l2-announcer`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.workload import BGP_CLASS, L2_CLASS
from rules.facts import CLASSES, Facts
from rules.finding import Finding, warning
from rules.words import nearest

# Class -> the Helm value of the feature that serves it.
_BEHIND = {
    L2_CLASS: "l2announcements.enabled",
    BGP_CLASS: "bgpControlPlane.enabled",
    "io.cilium/node": "nodeIPAM.enabled",
}


def check(facts: Facts) -> Iterator[Finding]:
    """A foreign class is only a warning, because it may be intended."""
    off = {name: key for name, key in _BEHIND.items() if not facts.on(key)}
    for i, service in enumerate(facts.stack.services):
        name = service.load_balancer_class
        if service.type != "LoadBalancer" or name is None:
            continue
        if name in off:
            yield warning(
                f"services[{i}].loadBalancerClass",
                f"a class that is served ({off[name]} is off)",
                name,
                f"set {off[name]}, or take the class out",
            )
        elif name not in CLASSES:
            yield warning(
                f"services[{i}].loadBalancerClass",
                " or ".join(CLASSES),
                name,
                nearest(name, CLASSES, "take the class out if Cilium is to serve it"),
            )
