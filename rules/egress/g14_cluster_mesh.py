"""G14: An egress gateway runs with Cluster Mesh.

Why: The gateway and the pods must be in the same cluster. Policies do not apply across the mesh.
Seen: Nowhere.
Since: 1.16
Source: Cilium egress gateway documentation (limitations)

Bad: `values: { clustermesh: { config: { enabled: true } } }` with `egressPolicies`
Good: gateways in each cluster
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks both switches of the mesh."""
    for key in ("clustermesh.useAPIServer", "clustermesh.config.enabled"):
        if facts.on("egressGateway.enabled") and facts.on(key):
            yield warning(
                f"cilium.values.{key}", "false with an egress gateway", "true", "keep gateways and pods in one cluster"
            )
