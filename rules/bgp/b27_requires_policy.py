"""B27: An FRR router that takes and gives no eBGP route for want of a policy.

Why: since FRR 7.5 eBGP neighbors without an inbound and outbound policy exchange nothing (RFC 8212). The
session is Established and the prefix count reads `(Policy)`.
Seen: only as that word in `show bgp summary`.
Since: 1.16
Source: FRR BGP documentation (ebgp-requires-policy); seen on the lab

Bad: `bgp: { asn: 65000, neighbors: [...] }`
Good: `bgp: { asn: 65000, ebgpRequiresPolicy: false, neighbors: [...] }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """A rendered router has no policies, so that the switch must be off where there is an eBGP neighbor."""
    for i, router in enumerate(facts.stack.routers):
        bgp = router.bgp
        groups = {group.name: group.remote_as for group in bgp.peer_groups}
        sides = [n.remote_as if n.remote_as is not None else groups.get(n.peer_group or "") for n in bgp.neighbors]
        sides += [groups.get(item.peer_group) for item in bgp.listen_ranges]
        external = [side for side in sides if side not in (None, "internal", bgp.asn)]
        if bgp.ebgp_requires_policy and external:
            yield error(
                f"routers[{i}].bgp.ebgpRequiresPolicy",
                "false (the router has eBGP neighbors and no policy)",
                "true, FRR's default",
                f"set routers[{i}].bgp.ebgpRequiresPolicy: false",
            )
