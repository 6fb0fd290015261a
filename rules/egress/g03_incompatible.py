"""G3: A feature is incompatible with the egress gateway.

Why: The egress gateway needs every endpoint with its labels on every agent. CiliumEndpointSlices and identities
outside of CRDs do not provide the labels. The egress gateway does not run on an IPv6 underlay.
Seen: In the agent's error at start.
Since: 1.16
Source: Cilium pkg/egressgateway

Bad: `values: { ciliumEndpointSlice: { enabled: true } }` with `egressPolicies`
Good: `egressPolicies` without CiliumEndpointSlices
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks three switches."""
    if not facts.on("egressGateway.enabled"):
        return
    if facts.on("ciliumEndpointSlice.enabled"):
        yield error("cilium.values.ciliumEndpointSlice.enabled", "false with an egress gateway", "true", "take it out")
    if str(facts.helm("identityAllocationMode") or "crd") != "crd":
        yield error(
            "cilium.values.identityAllocationMode",
            "crd with an egress gateway",
            facts.helm("identityAllocationMode"),
            "use crd",
        )
    if str(facts.helm("underlayProtocol") or "ipv4") == "ipv6":
        yield error("cilium.values.underlayProtocol", "ipv4 with an egress gateway", "ipv6", "use ipv4")
