"""P13: Cilium does not read an annotation as written.

Why: Cilium reads annotations by their exact keys. Cilium ignores the annotations of other load balancers and
misspelled keys, and the Service gets any free address.
Seen: Nowhere.
Since: 1.16
Source: Cilium pkg/annotation/k8s.go of each release; cilium/cilium #30692

Bad: `annotations: { lbipam.cilium.io/ip: 172.16.1.7 }`, `metallb.universe.tf/loadBalancerIPs`
Good: `annotations: { lbipam.cilium.io/ips: 172.16.1.7 }`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.labels import Labels
from rules.facts import Facts
from rules.finding import Finding, warning
from rules.lbipam.pools import CROSS, IPS, SHARING
from rules.words import nearest

# Keys that Cilium reads on Services -> the release that added them.
_SERVICE = {
    (1, 16): (
        *IPS,
        *SHARING,
        *CROSS,
        "io.cilium.nodeipam/match-node-labels",
        "service.cilium.io/global",
        "io.cilium/global-service",
        "service.cilium.io/shared",
        "io.cilium/shared-service",
        "service.cilium.io/affinity",
        "io.cilium/service-affinity",
        "service.cilium.io/global-sync-endpoint-slices",
        "service.cilium.io/lb-l7",
        "service.cilium.io/lb-l7-algorithm",
    ),
    (1, 17): (
        "service.cilium.io/lb-algorithm",
        "service.cilium.io/node",
        "service.cilium.io/type",
        "service.cilium.io/src-ranges-policy",
        "service.cilium.io/forwarding-mode",
    ),
    (1, 18): ("service.cilium.io/node-selector", "service.cilium.io/proxy-delegation"),
}
_OURS = ("lbipam.cilium.io/", "service.cilium.io/", "nodeipam.cilium.io/", "io.cilium/", "io.cilium.nodeipam/")
# Keys of other load balancers for which Cilium has its own annotation.
_FOREIGN = {
    "loadbalancerips": IPS[0],
    "loadbalancerip": IPS[0],
    "address-pool": "the pool's serviceSelector",
    "ip-allocated-from-pool": "the pool's serviceSelector",
    "allow-shared-ip": SHARING[0],
}
_OTHERS = ("metallb.universe.tf/", "metallb.io/", "kube-vip.io/", "purelb.io/", "openelb.io/", "lb.kubesphere.io/")
# Prefixes of other Ingress controllers. Cilium does not implement their annotations.
_CONTROLLERS = (
    "nginx.ingress.kubernetes.io/",
    "nginx.org/",
    "traefik.ingress.kubernetes.io/",
    "haproxy.org/",
    "haproxy-ingress.github.io/",
    "alb.ingress.kubernetes.io/",
    "konghq.com/",
)


def readable(release: tuple[int, int]) -> list[str]:
    """The keys that a release reads on Services. `service.cilium.io/weight` belongs to EndpointSlices."""
    return [key for since, keys in _SERVICE.items() if since <= release for key in keys]


def check(facts: Facts) -> Iterator[Finding]:
    """Checks declared Services that Cilium serves, and Services that Cilium makes."""
    known = readable(facts.release)
    for i, service in enumerate(facts.stack.services):
        if service.type == "LoadBalancer":
            yield from _unread(f"services[{i}].annotations", service.annotations, known)
        kind = service.annotations.get("service.cilium.io/type")
        if service.type == "LoadBalancer" and kind and facts.release >= (1, 17) and "LoadBalancer" not in kind:
            yield warning(
                f"services[{i}].annotations",
                "service.cilium.io/type with LoadBalancer",
                kind,
                "remove the annotation: with it the nodes do not serve the LoadBalancer address",
            )
    for i, ingress in enumerate(facts.stack.ingresses):
        if ingress.class_name == "cilium":
            for key in ingress.annotations:
                if key.startswith(_CONTROLLERS):
                    yield warning(
                        f"ingresses[{i}].annotations",
                        "an annotation that Cilium reads",
                        f"{key}, which is another controller's",
                        "remove the annotation: Cilium ignores it",
                    )
    for item in facts.made:
        place = item.places.get("annotations", item.path)
        yield from _unread(place, item.service.annotations, known)


def _unread(path: str, annotations: Labels, known: list[str]) -> Iterator[Finding]:
    for key in annotations:
        name = key.rpartition("/")[2].lower()
        if key.startswith(_OURS) and key not in known:
            yield warning(path, "an annotation that Cilium reads", key, nearest(key, known, "take it out"))
        elif key.startswith(_OTHERS):
            instead = _FOREIGN.get(name)
            yield warning(
                path,
                "an annotation that Cilium reads",
                f"{key}, which is another load balancer's",
                f"use {instead}" if instead else "take it out",
            )
