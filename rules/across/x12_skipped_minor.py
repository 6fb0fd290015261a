"""X12: An upgrade, or a way back, over more than one minor release.

Why: only the way between two minor releases that follow each other is tested: agents of both run beside each other
meanwhile, and state on the nodes is carried from one to the next.
Seen: nowhere, or as pods without network during the upgrade.
Since: 1.16
Source: Cilium upgrade guide

Bad: from 1.16.5 to 1.18.3
Good: 1.16.5, 1.17.9, 1.18.3, each with all agents ready before the next
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Needs the stack from before: `edge plan --base REV` gives it."""
    if facts.before is None:
        return
    old, now = facts.before.cilium, facts.stack.cilium
    step = now.release[1] - old.release[1]
    if abs(step) > 1:
        between = old.release[1] + (1 if step > 0 else -1)
        yield warning(
            "cilium.version",
            f"1.{between}, the next minor release after {old.version}",
            now.version,
            f"go to the newest 1.{between} first",
        )
