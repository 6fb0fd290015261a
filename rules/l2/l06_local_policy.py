"""L6: An L2 policy announces a Service with externalTrafficPolicy Local.

Why: One node answers ARP for the address, whether or not the node has a pod of the Service. With
externalTrafficPolicy Local that node drops the traffic when it has no pod. From Cilium 1.20.2 on, a node without a
pod of the Service does not answer ARP. No node then answers for a Service without pods on any node.
Seen: Nowhere.
Since: 1.16
Source: cilium/cilium #27800

Bad: `externalTrafficPolicy: Local` for a Service that an L2 policy selects
Good: `externalTrafficPolicy: Cluster`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.workload import BGP_CLASS, service_labels
from rules.facts import Facts
from rules.finding import Finding, error, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks Services with externalTrafficPolicy Local that an L2 policy selects."""
    policies = [p for p in facts.stack.l2_policies if p.load_balancer_ips]
    for path, service in facts.addressed:
        if service.external_traffic_policy != "Local" or service.load_balancer_class == BGP_CLASS:
            continue
        if any(p.service_selector is None or p.service_selector.matches(service_labels(service)) for p in policies):
            made = any(item.path == path for item in facts.made)
            silent = facts.stack.cilium.exact >= (1, 20, 2)
            # The proxy on the answering node serves these Services. From 1.20.2 on, no node answers.
            if made and not silent:
                continue
            say = error if made else warning
            yield say(
                facts.place(path, "externalTrafficPolicy"),
                f"Cluster (an L2 policy announces the Service {service.name})",
                "Local",
                "use Cluster, or announce it by BGP",
            )
