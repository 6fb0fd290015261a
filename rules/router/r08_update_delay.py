"""R8: `updateDelay` is set on a router without graceful restart.

Why: With updateDelay a starting bgpd waits for its neighbors before it replaces the routes that graceful restart
kept. Without graceful restart the routes disappear with the old bgpd. The routes return only when the wait is over.
Seen: As a longer outage after a restart of bgpd.
Since: 1.16
Source: FRR BGP documentation (update-delay)

Bad: `updateDelay: 30` with `gracefulRestart: false`
Good: both settings, or neither
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks each router."""
    for i, router in enumerate(facts.stack.routers):
        if router.bgp.update_delay is not None and not router.bgp.graceful_restart:
            yield warning(
                f"routers[{i}].bgp.updateDelay",
                "none without gracefulRestart",
                f"{router.bgp.update_delay} s",
                "set gracefulRestart: true, or take updateDelay out",
            )
