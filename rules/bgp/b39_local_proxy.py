"""B39: No node advertises an Ingress or a Gateway with externalTrafficPolicy Local.

Why: With externalTrafficPolicy Local a node advertises a Service only when it has a local backend of the Service.
The Service of an Ingress or a Gateway has only a placeholder backend, because the proxy on the node takes the
traffic. Before Cilium 1.19 no node advertises such a Service.
Seen: Nowhere. The Service has its address, and the router has no route to the address.
Since: 1.16
Source: Cilium pkg/bgpv1/manager/reconcilerv2/service.go, pkg/bgp/manager/reconciler/service.go; #36816, #42386

Bad: `ingressController.service.externalTrafficPolicy: Local` on 1.18
Good: `Cluster`, or Cilium 1.19, where each node with the proxy advertises the Service
"""

from __future__ import annotations

from collections.abc import Iterator

from config.workload import L2_CLASS, service_labels
from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks the Services that Cilium makes and that an advertisement selects."""
    if facts.release >= (1, 19):
        return
    for path, service in facts.made_services:
        if service.external_traffic_policy != "Local" or service.load_balancer_class == L2_CLASS:
            continue
        labels = service_labels(service)
        if any(
            "LoadBalancerIP" in item.entry.addresses and item.entry.selector and item.entry.selector.matches(labels)
            for item in facts.carried
        ):
            release = ".".join(map(str, facts.release))
            yield error(
                facts.place(path, "externalTrafficPolicy"),
                f"Cluster (BGP announces the Service {service.name}, Cilium {release})",
                "Local, with which no node announces it",
                "use Cluster, or Cilium 1.19 or newer",
            )
