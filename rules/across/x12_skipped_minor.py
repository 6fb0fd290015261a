"""X12: An upgrade or a downgrade skips a minor release.

Why: Cilium tests upgrades and downgrades only between consecutive minor releases. During the change, agents of both
releases run side by side, and the new agents take over the state on the nodes.
Seen: Nowhere, or as pods without network during the upgrade.
Since: 1.16
Source: Cilium upgrade guide

Bad: from 1.16.5 to 1.18.3
Good: from 1.16.5 to 1.17.9 to 1.18.3, each with all agents ready before the next
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Needs the previous stack, such as from `edge plan --base REV`."""
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
