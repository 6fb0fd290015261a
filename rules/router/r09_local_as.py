"""R9: localAs is the router's own AS number.

Why: FRR refuses the line ("Cannot have local-as same as BGP AS number") and the whole configuration with it.
Seen: FRR refuses the configuration.
Since: 1.16
Source: FRR BGP documentation (neighbor local-as); seen on FRR 8.4.4

Bad: router `asn: 65000`, peer group `localAs: 65000`
Good: router `asn: 65000`, peer group `localAs: 64999`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.router import RouterBgp
from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks groups and neighbors."""
    for i, router in enumerate(facts.stack.routers):
        for where, asn in _said(router.bgp):
            if asn == router.bgp.asn:
                yield error(
                    f"routers[{i}].bgp.{where}.localAs",
                    f"another AS number than the router's own ({asn})",
                    asn,
                    "take localAs out, or set the number that the neighbor expects",
                )


def _said(bgp: RouterBgp) -> Iterator[tuple[str, int | None]]:
    yield from ((f"peerGroups[{j}]", group.local_asn) for j, group in enumerate(bgp.peer_groups))
    yield from ((f"neighbors[{j}]", neighbor.local_asn) for j, neighbor in enumerate(bgp.neighbors))
