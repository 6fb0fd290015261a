"""I4: The Service of an Ingress or a Gateway gets no address, or nothing announces the address.

Why: The controller creates a LoadBalancer Service (`cilium-ingress`, or one for a dedicated Ingress). Without a
pool the Service stays `<pending>`. Without BGP or L2 announcements no client reaches the address.
Seen: Nowhere.
Since: 1.16
Source: inferred

Bad: `ingressController: {}` without `pools`
Good: a pool, and an L2 policy or a BGP advertisement that selects the Service
"""

from __future__ import annotations

from collections.abc import Iterator

from config.workload import service_labels
from rules.facts import Facts
from rules.finding import Finding, error, warning
from rules.lbipam.pools import matching


def check(facts: Facts) -> Iterator[Finding]:
    """Compares each Service that the controller will make with pools, L2 policies and advertisements."""
    for path, service in facts.made_services:
        labels = service_labels(service)
        if not matching(facts, service):
            yield error(
                path,
                f"a pool for the Service {service.name}",
                "none that serves it",
                "add a pool, correct its serviceSelector, or use hostNetwork",
            )
        selectors = [policy.service_selector for policy in facts.stack.l2_policies if policy.load_balancer_ips]
        announced = any(selector is None or selector.matches(labels) for selector in selectors) or any(
            "LoadBalancerIP" in item.entry.addresses and item.entry.selector and item.entry.selector.matches(labels)
            for item in facts.carried
        )
        if not announced:
            yield warning(
                path,
                f"an L2 policy or a BGP advertisement that selects the Service {service.name}",
                "neither",
                f"select a label of the Service in a policy or an advertisement: {dict(service.labels)}",
            )
