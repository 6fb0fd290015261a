"""P5: Services with one sharing key that cannot share.

Why: they need different ports, the same externalTrafficPolicy, with Local the same pods, and over
namespaces the consent of both. Otherwise the second one gets another address.
Seen: nowhere but in the address itself.
Since: 1.16
Source: Cilium operator/pkg/lbipam/service_store.go

Bad: two Services with port 80 and the key `web`
Good: ports 80 and 443
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from config.workload import Service
from rules.facts import Facts
from rules.finding import Finding, warning
from rules.lbipam.pools import CROSS, SHARING, annotation


def check(facts: Facts) -> Iterator[Finding]:
    """Each Service against the first with its key."""
    first: dict[str, Service] = {}
    ports: dict[str, dict[int, Service]] = defaultdict(dict)
    for path, service in facts.lb_services:
        key = annotation(service, SHARING)
        if not key:
            continue
        earlier = first.setdefault(key, service)
        clash = ports[key].setdefault(service.port, service)
        reason = "" if earlier is service else _reason(earlier, service)
        if clash is not service:
            reason = f"port {service.port} as {clash.name} has"
        if reason:
            yield warning(
                f"{path}.annotations",
                f"a Service that can share with {earlier.name}",
                reason,
                "give it another sharing key, or make them agree",
            )


def _reason(one: Service, two: Service) -> str:
    if one.namespace != two.namespace and not (_consents(one, two) and _consents(two, one)):
        return f"namespaces {one.namespace} and {two.namespace} without the consent of both"
    if one.external_traffic_policy != two.external_traffic_policy:
        return f"externalTrafficPolicy {two.external_traffic_policy} and {one.external_traffic_policy}"
    if one.external_traffic_policy == "Local" and (one.selector != two.selector or not one.selector):
        return "externalTrafficPolicy Local with different pods"
    return ""


def _consents(one: Service, two: Service) -> bool:
    allowed = [part.strip() for part in (annotation(one, CROSS) or "").split(",")]
    return "*" in allowed or two.namespace in allowed
