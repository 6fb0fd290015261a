"""R6: A listen range names a peer group that is not declared.

Why: FRR refuses the line.
Seen: FRR refuses the configuration.
Since: 1.16
Source: FRR BGP documentation (bgp listen range)

Bad: `listenRanges: [{ prefix: 192.168.10.0/24, peerGroup: CILIM }]`
Good: the name of a declared peer group
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error
from rules.words import nearest


def check(facts: Facts) -> Iterator[Finding]:
    """Looks up every name."""
    for i, router in enumerate(facts.stack.routers):
        names = [group.name for group in router.bgp.peer_groups]
        for j, item in enumerate(router.bgp.listen_ranges):
            if item.peer_group not in names:
                yield error(
                    f"routers[{i}].bgp.listenRanges[{j}].peerGroup",
                    "a declared peer group",
                    item.peer_group,
                    nearest(item.peer_group, names, "declare it under peerGroups"),
                )
