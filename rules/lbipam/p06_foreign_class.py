"""P6: A loadBalancerClass that Cilium does not serve.

Why: LB-IPAM ignores the Service; unless something else serves the class it stays `<pending>`.
Seen: nowhere.
Since: 1.16
Source: Cilium LB-IPAM documentation

Bad: `loadBalancerClass: metallb`
Good: none, `io.cilium/bgp-control-plane` or `io.cilium/l2-announcer`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import CLASSES, Facts
from rules.finding import Finding, warning
from rules.words import nearest


def check(facts: Facts) -> Iterator[Finding]:
    """Classes of others may be meant: a warning."""
    for i, service in enumerate(facts.stack.services):
        name = service.load_balancer_class
        if service.type == "LoadBalancer" and name is not None and name not in CLASSES:
            yield warning(
                f"services[{i}].loadBalancerClass",
                " or ".join(CLASSES),
                name,
                nearest(name, CLASSES, "take the class out if Cilium is to serve it"),
            )
