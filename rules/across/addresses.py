"""The address plan of a stack: every prefix and every single address with its owner."""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.spans import Span, of_prefix


def plan(facts: Facts) -> Iterator[Span]:
    """The addresses of nodes, routers and outposts, the PodCIDR, the Service CIDR, and the egress addresses."""
    stack = facts.stack
    for path, name, address in facts.addresses:
        yield Span(address.version, int(address.ip), int(address.ip), path, f"{name}'s address")
    yield of_prefix(stack.cluster.pod_cidr, "cluster.podCIDR", "the PodCIDR")
    yield of_prefix(stack.cluster.service_cidr, "cluster.serviceCIDR", "the Service CIDR")
    for i, policy in enumerate(stack.egress_policies):
        for j, cidr in enumerate(policy.egress_cidrs):
            yield of_prefix(cidr, f"egressPolicies[{i}].egressCIDRs[{j}]", f"egress addresses of {policy.name}")
