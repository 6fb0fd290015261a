"""P5: Services with one sharing key cannot share an address.

Why: Services that share an address need different ports and the same externalTrafficPolicy. With
externalTrafficPolicy Local they must also select the same pods. Services of different namespaces must both allow
the sharing. Otherwise the second Service gets another address, or no address when it requests one. From Cilium 1.17
on, TCP and UDP on the same number are two ports. Every Ingress uses the ports 80 and 443.
Seen: Only in the Service's address.
Since: 1.16
Source: Cilium operator/pkg/lbipam/service_store.go

Bad: two Services with port 80 and the sharing key `web`
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
    """Compares each Service with the first Service with the same key."""
    first: dict[str, Service] = {}
    ports: dict[str, dict[object, Service]] = defaultdict(dict)
    by_protocol = _by_protocol(facts)
    for path, service in facts.addressed:
        key = annotation(service, SHARING)
        if not key:
            continue
        earlier = first.setdefault(key, service)
        reason = "" if earlier is service else _reason(earlier, service)
        for port in service.all_ports():
            clash = ports[key].setdefault((port.port, port.protocol) if by_protocol else port.port, service)
            if clash is not service:
                reason = f"port {port.port}/{port.protocol}, which {clash.name} has too"
        if reason:
            yield warning(
                facts.place(path, "annotations"),
                f"a Service that can share with {earlier.name}",
                reason,
                "give it another sharing key, or remove the difference",
            )


def _by_protocol(facts: Facts) -> bool:
    if facts.release < (1, 17):
        return False
    given = str(facts.helm("loadBalancer.protocolDifferentiation.enabled")).lower()
    return facts.release >= (1, 19) or given != "false"


def _reason(one: Service, two: Service) -> str:
    if one.namespace != two.namespace and not (_consents(one, two) and _consents(two, one)):
        return f"namespaces {one.namespace} and {two.namespace} without the consent of both"
    if one.external_traffic_policy != two.external_traffic_policy:
        return f"externalTrafficPolicy {two.external_traffic_policy} and {one.external_traffic_policy}"
    if one.external_traffic_policy == "Local" and (one.selector != two.selector or not one.selector):
        return "externalTrafficPolicy Local with different pods"
    return ""


def _consents(one: Service, two: Service) -> bool:
    # Unlike in the list of addresses, white space is significant here.
    allowed = (annotation(one, CROSS) or "").split(",")
    return "*" in allowed or two.namespace in allowed
