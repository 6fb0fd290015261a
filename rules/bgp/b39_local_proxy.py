"""B39: An Ingress or a Gateway with externalTrafficPolicy Local, announced by BGP.

Why: with Local a node announces an address only where it has a backend of the Service. The Service of an Ingress or a
Gateway has none but a placeholder, for its traffic goes to the proxy on the node: before 1.19 no node announces it.
Seen: nowhere; the Service has its address, and the router no route to it.
Since: 1.16
Source: Cilium pkg/bgpv1/manager/reconcilerv2/service.go, pkg/bgp/manager/reconciler/service.go; #36816, #42386

Bad: `ingressController.service.externalTrafficPolicy: Local` on 1.18
Good: `Cluster`, or 1.19, where each node with the proxy announces it
"""

from __future__ import annotations

from collections.abc import Iterator

from config.workload import L2_CLASS, service_labels
from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Services that Cilium makes and that an advertisement takes."""
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
