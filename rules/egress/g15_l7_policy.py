"""G15: An egress gateway and the Envoy proxy share a datapath.

Why: Before Cilium 1.16, traffic that an L7 policy sent through the proxy left with the node's address instead of
the gateway's. 1.16 is the oldest version that the project supports. Isovalent's build in the study behind the
egress stack still requires l7Proxy off.
Seen: Nowhere.
Since: 1.16
Source: cilium/cilium #19642

Bad: `edition: enterprise` with the HA kinds and l7Proxy on
Good: `values: { l7Proxy: false }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks for Isovalent's HA kind with the proxy on."""
    if facts.helm("l7Proxy") in (False, "false"):
        return
    for i, policy in enumerate(facts.stack.egress_policies):
        if policy.egress_groups and policy.isovalent(facts.stack.cilium.edition):
            yield warning(
                f"egressPolicies[{i}].egressGroups",
                "l7Proxy: false with Isovalent's HA gateways",
                "true, the default",
                "set cilium.values.l7Proxy: false, or check your build's release notes",
            )
