"""P11: A pool has addresses that something else has.

Why: a VIP that is also a node's, the router's, a pod's, a ClusterIP or an egress address is answered by
two parties; which one wins changes with every ARP and every route.
Seen: nowhere.
Since: 1.16
Source: inferred

Bad: a pool 192.168.10.100-192.168.10.110 where 192.168.10.100 is a node
Good: a pool outside every address of the stack
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.across.addresses import plan
from rules.facts import Facts
from rules.finding import Finding, error
from rules.lbipam.pools import blocks
from rules.spans import overlaps


def check(facts: Facts) -> Iterator[Finding]:
    """One sweep over pools and everything else."""
    pools = blocks(facts, enabled_only=True)
    paths = {span.path for span in pools}
    for first, second in overlaps([*pools, *plan(facts)]):
        if (first.path in paths) != (second.path in paths):
            mine, other = (first, second) if first.path in paths else (second, first)
            yield error(
                mine.path, f"addresses outside {other.what} ({other.path})", mine, f"keep {other} out of the pool"
            )
