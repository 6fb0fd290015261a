"""X11: Cilium's operator assigns pods other prefixes than the cluster's PodCIDR.

Why: With IPAM cluster-pool the operator takes each node's prefix from its own list. When the list is not the
PodCIDR of the stack, routes, masquerading and checks refer to addresses that no pod has.
Seen: Nowhere.
Since: 1.16
Source: Cilium operator/pkg/ipam/allocator/clusterpool; inferred

Bad: `podCIDR: 10.244.0.0/16` with `values: { ipam: { operator: { clusterPoolIPv4PodCIDRList: [10.42.0.0/16] } } }`
Good: the same prefix in both, or no list
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from config.net import Prefix, inside
from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks the list of the PodCIDR's address family, only with cluster-pool."""
    if facts.helm("ipam.mode") != "cluster-pool":
        return
    pods = facts.stack.cluster.pod_cidr
    key = f"ipam.operator.clusterPoolIPv{pods.version}PodCIDRList"
    where = f"cilium.values.{key}"
    given = facts.helm(key)
    texts = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    known = [(text, _prefix(str(text))) for text in texts]
    for text, prefix in known:
        if prefix is None:
            yield error(where, "prefixes", text, "correct it: the operator does not start")
        elif not inside(prefix, pods):
            yield error(where, f"prefixes inside cluster.podCIDR {pods}", text, "make the two equal")
    size = facts.helm(f"ipam.operator.clusterPoolIPv{pods.version}MaskSize")
    for text, prefix in known:
        if prefix is not None and str(size).isdigit() and int(size) < prefix.prefixlen:
            yield error(
                f"cilium.values.ipam.operator.clusterPoolIPv{pods.version}MaskSize",
                f"at least {prefix.prefixlen}, the length of {text}",
                size,
                f"set at least {prefix.prefixlen}, or the operator does not start",
            )


def _prefix(text: str) -> Prefix | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
