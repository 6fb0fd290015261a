"""G10: A policy sets the wrong one of egressGateway, egressGateways and egressGroups.

Why: The CRD requires egressGateway. The list egressGateways came with Cilium 1.18, and overrides egressGateway when
both are set. A policy with none of the three has no gateway.
Seen: In the API server's error.
Since: 1.16
Source: the CRD CiliumEgressGatewayPolicy

Bad: `egressGateways: [...]` with Cilium 1.17
Good: `egressGateway: {...}`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks each policy."""
    for i, policy in enumerate(facts.stack.egress_policies):
        where = f"egressPolicies[{i}]"
        if not policy.gateways():
            yield error(f"{where}.egressGateway", "a gateway", "none", "set egressGateway or egressGroups")
        if policy.egress_gateways and facts.release < (1, 18):
            yield error(
                f"{where}.egressGateways",
                "Cilium 1.18 or later",
                facts.stack.cilium.version,
                "use egressGateway, or upgrade",
            )
        if policy.egress_gateways and policy.egress_gateway is None and facts.release >= (1, 18):
            yield error(
                f"{where}.egressGateway",
                "a gateway (the CRD requires egressGateway in addition to the list)",
                "nothing",
                "repeat the list's first entry as egressGateway",
            )
        one, many = policy.egress_gateway, policy.egress_gateways
        if many and one is not None and one not in many and facts.release >= (1, 18):
            yield warning(
                f"{where}.egressGateways",
                "a list that contains egressGateway (the list overrides egressGateway)",
                "a list without it",
                "repeat one of the list's entries as egressGateway",
            )
        if policy.egress_groups and (policy.egress_gateway or policy.egress_gateways):
            yield warning(f"{where}.egressGroups", "one form of gateways", "two", "keep egressGroups alone")
