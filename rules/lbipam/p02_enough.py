"""P2: Fewer addresses than Services.

Why: the Services that come last stay `<pending>`. A CIDR with `allowFirstLastIPs: No` gives two fewer
(a /31 or /32 gives all); every dedicated Ingress and the shared one need an address too.
Seen: in the condition `cilium.io/IPAMRequestSatisfied` (out_of_ips).
Since: 1.16
Source: Cilium operator/pkg/lbipam

Bad: a pool 172.16.1.0/30 with `allowFirstLastIPs: No` for three Services
Good: a pool 172.16.1.0/24
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error
from rules.lbipam.pools import SHARING, annotation, matching
from rules.spans import usable


def check(facts: Facts) -> Iterator[Finding]:
    """Services are counted by the set of pools that serve them; sharing ones count once."""
    need: Counter[tuple[str, ...]] = Counter()
    keys: set[tuple[tuple[str, ...], str]] = set()
    for _, service in facts.lb_services:
        names = tuple(pool.name for pool in matching(facts, service))
        key = annotation(service, SHARING)
        if key is not None and (names, key) in keys:
            continue
        keys.add((names, key or ""))
        need[names] += 1
    every = tuple(p.name for p in facts.stack.pools if not p.disabled and p.service_selector is None)
    need[every] += len(facts.dedicated_ingresses) + (1 if facts.shared_ingress else 0)
    have = {
        pool.name: sum(usable(block, pool).size for block in pool.blocks if usable(block, pool).version == 4)
        or sum(usable(block, pool).size for block in pool.blocks)
        for pool in facts.stack.pools
    }
    for i, pool in enumerate(facts.stack.pools):
        group = {names: count for names, count in need.items() if pool.name in names}
        together = {name for names in group for name in names}
        # Each set of pools is told once, at its first pool.
        if not group or pool.name != next(p.name for p in facts.stack.pools if p.name in together):
            continue
        total, room = sum(group.values()), sum(have[name] for name in together)
        if total > room:
            yield error(f"pools[{i}].blocks", f"at least {total} usable addresses", room, "add a block")
