"""X2: A changed Helm value does not restart the agents.

Why: Agents read their ConfigMap at start. With rollOutCiliumPods off (the default) a change waits for the next
restart. Until then the nodes may run with different configurations.
Seen: Nowhere. `helm` reports the release as deployed.
Since: 1.16
Source: the chart's values.yaml

Bad: `values` changed, and `rollOutCiliumPods` not set
Good: `values: { rollOutCiliumPods: true }`, or a manual restart
"""

from __future__ import annotations

from collections.abc import Iterator

from effective.helm import helm_values
from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Needs the previous stack. A change of the version restarts the pods anyway."""
    before = facts.before
    if before is None or facts.on("rollOutCiliumPods") or before.cilium.version != facts.stack.cilium.version:
        return
    if helm_values(before) != helm_values(facts.stack):
        yield warning(
            "cilium.values.rollOutCiliumPods",
            "true if values change",
            "false",
            "set rollOutCiliumPods: true, or restart the agents after up",
        )
