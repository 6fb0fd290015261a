"""G25: Zone affinity is set on a Cilium without zones for egress gateways.

Why: The controllers put the gateways of each zone into a separate policy. These policies need fields that Cilium has
from 1.18 on. Before 1.18 the agents use one gateway for all zones.
Seen: Nowhere.
Since: 1.16
Source: the study behind the egress stack

Bad: `azAffinity: localOnly` with `cilium: { version: 1.17.6 }`
Good: Cilium 1.18 or newer, or `azAffinity: disabled`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks policies for the project's controllers. The enterprise edition has its own."""
    if facts.release >= (1, 18):
        return
    for i, policy in enumerate(facts.stack.egress_policies):
        if policy.by_controller(facts.stack.cilium.edition) and policy.az_affinity != "disabled":
            yield error(
                f"egressPolicies[{i}].azAffinity",
                "disabled (zones need Cilium 1.18)",
                policy.az_affinity,
                "set it to disabled, or cilium.version to 1.18 or newer",
            )
