"""R3: ebgpMultihop is set on an internal neighbor.

Why: ebgpMultihop is a setting of eBGP. FRR silently omits the line for a neighbor in the router's own AS. The
running configuration then always differs from the rendered one.
Seen: Only in `show running-config`.
Since: 1.16
Source: FRR BGP documentation; seen on the lab

Bad: `{ address: 192.0.2.1, remoteAs: internal, ebgpMultihop: 2 }`
Good: the same without ebgpMultihop
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks groups and neighbors, with the AS number that a neighbor gets from its group."""
    for i, router in enumerate(facts.stack.routers):
        bgp = router.bgp
        groups = {g.name: g.remote_as for g in bgp.peer_groups}
        items: list[tuple[str, object, int | None]] = [
            (f"peerGroups[{j}]", g.remote_as, g.ebgp_multihop) for j, g in enumerate(bgp.peer_groups)
        ]
        items += [
            (
                f"neighbors[{j}]",
                n.remote_as if n.remote_as is not None else groups.get(n.peer_group or ""),
                n.ebgp_multihop,
            )
            for j, n in enumerate(bgp.neighbors)
        ]
        for where, side, multihop in items:
            if multihop is not None and side in ("internal", bgp.asn):
                yield error(
                    f"routers[{i}].bgp.{where}.ebgpMultihop", "nothing on an internal neighbor", multihop, "take it out"
                )
