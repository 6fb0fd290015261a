"""B11: A peer config has an address family that is off in Cilium.

Why: With `ipv6.enabled: false` (the default) no pod and no Service has an IPv6 address. The two ends negotiate the
family, and the agent advertises no routes in it.
Seen: Nowhere.
Since: 1.16
Source: Cilium BGP control plane documentation

Bad: `families: [{ afi: ipv6 }]` alone
Good: `families: [{ afi: ipv6 }]` with `cilium: { values: { ipv6: { enabled: true } } }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Compares each family with the Helm switch of the address family."""
    for i, config in enumerate(facts.bgp.peer_configs):
        for j, family in enumerate(config.families):
            if not facts.on(f"{family.afi}.enabled"):
                yield warning(
                    f"bgp.peerConfigs[{i}].families[{j}].afi",
                    f"a family with {family.afi}.enabled: true",
                    f"{family.afi}, which is off",
                    f"set cilium.values.{family.afi}.enabled, or take the family out",
                )
