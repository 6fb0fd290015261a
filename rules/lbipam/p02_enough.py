"""P2: The pools have fewer addresses than Services need.

Why: The last Services stay `<pending>`. A CIDR with `allowFirstLastIPs: No` has two usable addresses fewer (a /31
or a /32 loses none). Every dedicated Ingress and the shared Ingress need one address each.
Seen: In the condition `cilium.io/IPAMRequestSatisfied` (out_of_ips).
Since: 1.16
Source: Cilium operator/pkg/lbipam

Bad: a pool 172.16.1.0/30 with `allowFirstLastIPs: No` for three Services
Good: a pool 172.16.1.0/24
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from config.pool import Pool
from rules.facts import Facts
from rules.finding import Finding, error
from rules.lbipam.pools import SHARING, annotation, matching
from rules.spans import usable


def check(facts: Facts) -> Iterator[Finding]:
    """Counts Services by the set of pools that serve them. Services with the same sharing key count once."""
    need: Counter[tuple[str, ...]] = Counter()
    keys: set[tuple[tuple[str, ...], str]] = set()
    for _, service in facts.addressed:
        names = tuple(pool.name for pool in matching(facts, service))
        key = annotation(service, SHARING)
        if key and (names, key) in keys:
            continue
        keys.add((names, key or ""))
        need[names] += 1
    have = {pool.name: _room(pool) for pool in facts.stack.pools}
    index = {pool.name: i for i, pool in enumerate(facts.stack.pools)}
    for names in need:
        # Services that only these pools (or some of them) can serve need addresses there.
        total = sum(count for others, count in need.items() if others and set(others) <= set(names))
        room = sum(have[name] for name in names)
        if names and total > room:
            yield error(f"pools[{index[names[0]]}].blocks", f"at least {total} usable addresses", room, "add a block")


def _room(pool: Pool) -> int:
    """The number of usable addresses; only IPv4 if the pool has IPv4: a Service needs one address of each family."""
    spans = [usable(block, pool) for block in pool.blocks]
    return sum(s.size for s in spans if s.version == 4) or sum(s.size for s in spans)
