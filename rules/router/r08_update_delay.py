"""R8: `updateDelay` on a router without graceful restart.

Why: it makes a bgpd that starts wait for its neighbors before it replaces the routes that graceful restart kept.
Without graceful restart they went with the old bgpd, and come back only when the wait is over.
Seen: as a longer black-out after a restart of bgpd.
Since: 1.16
Source: FRR BGP documentation (update-delay)

Bad: `updateDelay: 30` with `gracefulRestart: false`
Good: both, or neither
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Each router for itself."""
    for i, router in enumerate(facts.stack.routers):
        if router.bgp.update_delay is not None and not router.bgp.graceful_restart:
            yield warning(
                f"routers[{i}].bgp.updateDelay",
                "none without gracefulRestart",
                f"{router.bgp.update_delay} s",
                "set gracefulRestart: true, or take updateDelay out",
            )
