"""G17: An Isovalent kind is used with open-source Cilium.

Why: Open-source Cilium has no CRD for the kind. The API server does not know the kind.
Seen: In the API server's error.
Since: 1.16
Source: Isovalent's public documentation

Bad: `kind: IsovalentEgressGatewayPolicy` with `edition: oss`
Good: `edition: enterprise`, or no `kind`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks policies and the stack's manifests."""
    if facts.stack.cilium.edition == "enterprise":
        return
    for i, policy in enumerate(facts.stack.egress_policies):
        if policy.kind == "IsovalentEgressGatewayPolicy":
            yield error(
                f"egressPolicies[{i}].kind",
                "CiliumEgressGatewayPolicy (edition is oss)",
                policy.kind,
                "take kind out, or set cilium.edition: enterprise",
            )
    for i, item in enumerate(facts.stack.manifests):
        if item.api_version.startswith("isovalent.com/"):
            yield error(
                f"manifests[{i}].apiVersion",
                "a kind of open-source Cilium",
                f"{item.api_version} {item.kind}",
                "take it out, or set cilium.edition: enterprise",
            )
