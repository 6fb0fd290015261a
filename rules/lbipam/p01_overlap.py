"""P1: Blocks of pools overlap.

Why: The operator marks the younger pool as conflicting and assigns no address from the conflicting pool.
Seen: In the condition `cilium.io/PoolConflict` of the pool.
Since: 1.16
Source: Cilium operator/pkg/lbipam

Bad: blocks 172.16.1.0/24 and 172.16.1.128/25
Good: blocks 172.16.1.0/25 and 172.16.1.128/25
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error
from rules.lbipam.pools import blocks
from rules.spans import overlaps


def check(facts: Facts) -> Iterator[Finding]:
    """Compares blocks of all pools, also of the same pool."""
    for first, second in overlaps(blocks(facts)):
        yield error(second.path, f"addresses outside {first.path} ({first})", second, "make the blocks disjoint")
