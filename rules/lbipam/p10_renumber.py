"""P10: A change of a pool takes the address of a live Service away.

Why: A Service keeps its address only while a matching pool contains the address. Removing a block, disabling a pool
or narrowing a selector renumbers every affected Service at once, without confirmation.
Seen: Nowhere. The address changes.
Since: 1.16
Source: cilium/cilium #40358

Bad: `blocks` changed from 172.16.1.0/24 to 172.16.2.0/24
Good: add the new block, move the Services, then remove the old block
"""

from __future__ import annotations

from collections.abc import Iterator

from config.pool import Pool
from rules.facts import Facts
from rules.finding import Finding, warning
from rules.spans import Span, usable


def check(facts: Facts) -> Iterator[Finding]:
    """Needs the previous stack, such as from `edge plan --base REV`."""
    if facts.before is None:
        return
    now = {pool.name: (i, pool) for i, pool in enumerate(facts.stack.pools)}
    for old in facts.before.pools:
        if old.disabled:
            continue
        if old.name not in now:
            yield warning(
                "pools", f"pool {old.name}, which has live addresses", "nothing", "keep it until no Service uses it"
            )
            continue
        i, pool = now[old.name]
        lost = _lost(old, pool)
        if lost:
            yield warning(
                f"pools[{i}].blocks",
                "every address from before",
                f"{', '.join(lost)} removed",
                "keep the block until no Service uses it",
            )
        if pool.disabled:
            yield warning(f"pools[{i}].disabled", "false while Services use it", "true", "move its Services first")
        if pool.service_selector not in (None, old.service_selector):
            yield warning(
                f"pools[{i}].serviceSelector",
                "the selector from before",
                "another one",
                "check that the selector still matches every Service of the pool",
            )


def _lost(old: Pool, new: Pool) -> list[str]:
    """Blocks of the old pool that the merged blocks of the new pool do not cover completely."""
    joined = _joined([usable(block, new) for block in new.blocks])
    spans = [usable(block, old) for block in old.blocks]
    return [
        str(s)
        for s in spans
        if not any(j.version == s.version and j.first <= s.first and s.last <= j.last for j in joined)
    ]


def _joined(spans: list[Span]) -> list[Span]:
    result: list[Span] = []
    for span in sorted(spans):
        last = result[-1] if result else None
        if last is not None and last.version == span.version and span.first <= last.last + 1:
            result[-1] = Span(last.version, last.first, max(last.last, span.last), "", "")
        else:
            result.append(span)
    return result
