"""X5: Address ranges of the plan overlap.

Why: Pods, Services, hosts and routers need separate addresses. A packet to an address with two owners reaches one
of them. Which owner the packet reaches differs from node to node.
Seen: Nowhere.
Since: 1.16
Source: inferred

Bad: `podCIDR: 10.96.0.0/12` and `serviceCIDR: 10.96.0.0/16`
Good: disjoint prefixes
"""

from __future__ import annotations

from collections.abc import Iterator

from config.net import Prefix, inside
from rules.facts import Facts
from rules.finding import Finding, error
from rules.spans import Span, of_prefix, overlaps


def check(facts: Facts) -> Iterator[Finding]:
    """Checks networks for overlaps, PodCIDRs of nodes for overlaps, and single addresses for duplicates."""
    cluster = facts.stack.cluster
    spans = [
        of_prefix(cluster.pod_cidr, "cluster.podCIDR", "the PodCIDR"),
        of_prefix(cluster.service_cidr, "cluster.serviceCIDR", "the Service CIDR"),
    ]
    spans += [
        of_prefix(network, path, f"the link {network}")
        for path, network in facts.networks()
        if network.num_addresses > 1
    ]
    management: Prefix | None = getattr(cluster, "management_prefix", None)
    if management is not None:
        spans.append(of_prefix(management, "cluster.managementPrefix", "the management network"))
    yield from _overlaps(spans)
    yield from _overlaps(
        [
            of_prefix(node.pod_cidr, f"nodes[{i}].podCIDR", f"{node.name}'s PodCIDR")
            for i, node in enumerate(facts.stack.nodes)
            if node.pod_cidr is not None
        ]
    )
    yield from _twice(facts)
    for i, node in enumerate(facts.stack.nodes):
        own = node.pod_cidr
        if own is not None and not inside(own, cluster.pod_cidr):
            yield error(
                f"nodes[{i}].podCIDR", f"a prefix inside cluster.podCIDR {cluster.pod_cidr}", own, "correct one of them"
            )


def _overlaps(spans: list[Span]) -> Iterator[Finding]:
    for first, second in overlaps(spans):
        yield error(second.path, f"addresses outside {first.what} ({first.path})", second, "make them disjoint")


def _twice(facts: Facts) -> Iterator[Finding]:
    seen: dict[object, str] = {}
    for where, _, address in facts.addresses:
        first = seen.setdefault(address.ip, where)
        if first != where:
            yield error(where, f"an address that {first} does not have", address.ip, "change one of them")
