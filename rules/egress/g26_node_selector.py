"""G26: An egress policy has a nodeSelector that this Cilium version does not support.

Why: Cilium supports `nodeSelector` in addition to `podSelector` from 1.17 on. Before 1.17 the API server drops the
field, and the policy selects the pods of all nodes.
Seen: Nowhere. Traffic of pods on other nodes also leaves through the gateway.
Since: 1.16
Source: the CRD CiliumEgressGatewayPolicy of each release

Bad: `selectors: [{ podSelector: {...}, nodeSelector: {...} }]` with `cilium: { version: 1.16.5 }`
Good: Cilium 1.17 or newer, or a label on the Pods
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks each selector."""
    if facts.release >= (1, 17):
        return
    for i, policy in enumerate(facts.stack.egress_policies):
        for j, selector in enumerate(policy.selectors):
            if selector.node_selector is not None:
                yield error(
                    f"egressPolicies[{i}].selectors[{j}].nodeSelector",
                    "Cilium 1.17 or newer with nodeSelector",
                    facts.stack.cilium.version,
                    "select the Pods by a label of their own, or use Cilium 1.17",
                )
