"""B31: A BGP advertisement selects a Service with another announcer's loadBalancerClass.

Why: The BGP control plane advertises only Services without a class and Services of class
io.cilium/bgp-control-plane.
Seen: Nowhere.
Since: 1.16
Source: Cilium pkg/bgp/manager/reconciler/service.go

Bad: `loadBalancerClass: io.cilium/l2-announcer` on a Service that an advertisement selects
Good: `loadBalancerClass: io.cilium/bgp-control-plane`, or no class
"""

from __future__ import annotations

from collections.abc import Iterator

from config.workload import BGP_CLASS, service_labels
from rules.facts import Facts
from rules.finding import Finding, error

_OURS = (None, BGP_CLASS)


def check(facts: Facts) -> Iterator[Finding]:
    """Checks only Services that an advertisement selects."""
    services = [(f"services[{i}]", service) for i, service in enumerate(facts.stack.services)]
    for path, service in (*services, *facts.made_services):
        if service.type != "LoadBalancer" or service.load_balancer_class in _OURS:
            continue
        if any(
            "LoadBalancerIP" in e.addresses and e.selector is not None and e.selector.matches(service_labels(service))
            for _, _, e in facts.advertisement_entries
        ):
            yield error(
                facts.place(path, "loadBalancerClass"),
                "io.cilium/bgp-control-plane, or none",
                service.load_balancer_class,
                "take the class out, or the Service out of the selector",
            )
