"""G19: An egress address has another owner.

Why: When two hosts have the same address, replies go to the host that answered ARP last.
Seen: Nowhere.
Since: 1.17
Source: inferred

Bad: two policies with `egressCIDRs: [172.18.0.84/31]`
Good: disjoint prefixes outside the addresses of nodes and pools
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.across.addresses import plan
from rules.facts import Facts
from rules.finding import Finding, error
from rules.lbipam.pools import blocks
from rules.spans import overlaps


def check(facts: Facts) -> Iterator[Finding]:
    """Compares policies with each other, and with hosts, pods, Services and pools."""
    for first, second in overlaps([*plan(facts), *blocks(facts)]):
        pair = [span for span in (first, second) if span.path.startswith("egressPolicies")]
        if pair:
            other = second if pair[0] is first else first
            yield error(pair[0].path, f"addresses outside {other.what} ({other.path})", pair[0], "make them disjoint")
