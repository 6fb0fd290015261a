"""P8: start and stop of one range are two items of the list.

Why: As two items, `- start: .211` and `- stop: .215` are a block of one address and an invalid block. A start
without a stop is a block of one address.
Seen: The pool has fewer addresses than intended.
Since: 1.16
Source: Cilium operator/pkg/lbipam

Bad: two blocks, `{ start: 192.168.10.211 }` and `{ start: 192.168.10.215 }`
Good: one block, `{ start: 192.168.10.211, stop: 192.168.10.215 }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Two consecutive items with only a start are probably a split range. (A stop alone is not a valid block.)"""
    for i, pool in enumerate(facts.stack.pools):
        for j, (one, two) in enumerate(zip(pool.blocks, pool.blocks[1:], strict=False)):
            if one.start is None or two.start is None or one.stop or two.stop:
                continue
            if one.start.version == two.start.version and int(two.start) > int(one.start) + 1:
                yield warning(
                    f"pools[{i}].blocks[{j + 1}]",
                    f"one block {one.start} to {two.start}",
                    "two blocks of one address each",
                    f"write {{ start: {one.start}, stop: {two.start} }}",
                )
