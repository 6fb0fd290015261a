"""B6: A family's selector matches no advertisement.

Why: A family selects advertisements by their labels. With a selector that matches no advertisement the session is
up and carries no routes.
Seen: Nowhere.
Since: 1.16
Source: Cilium BGP control plane configuration

Bad: family `matchLabels: { advertise: bpg }`, advertisement `labels: { advertise: bgp }`
Good: the same label on both sides
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Matches every family against the labels of all advertisements."""
    for i, config in enumerate(facts.bgp.peer_configs):
        for j, family in enumerate(config.families):
            wanted = family.advertisements
            if wanted is None or any(wanted.matches(item.labels) for item in facts.bgp.advertisements):
                continue
            labels = "; ".join(str(dict(item.labels)) for item in facts.bgp.advertisements)
            have = f"none of {labels}" if labels else "nothing: there are no advertisements"
            yield error(
                f"bgp.peerConfigs[{i}].families[{j}].advertisements",
                "labels of an advertisement",
                f"{wanted.manifest()}, which matches {have}",
                "make the selector and an advertisement's labels equal",
            )
