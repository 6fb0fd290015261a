"""R2: A router's keepalive is more than a third of its hold time.

Why: FRR uses the smaller of the keepalive and a third of the hold time, and writes that value back. With a hold
time under three keepalive intervals one lost packet can end the session.
Seen: In `show running-config`, or as flapping sessions.
Since: 1.16
Source: FRR BGP documentation (timers); seen on the lab

Bad: `timers: { keepalive: 5, hold: 9 }`
Good: `timers: { keepalive: 3, hold: 9 }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks groups, neighbors and the router as a whole."""
    for i, router in enumerate(facts.stack.routers):
        items = [("peerGroups", j, g.timers) for j, g in enumerate(router.bgp.peer_groups)]
        items += [("neighbors", j, n.timers) for j, n in enumerate(router.bgp.neighbors)]
        own = [] if router.bgp.timers is None else [("timers", router.bgp.timers)]
        for where, timers in (*((f"{kind}[{j}].timers", timers) for kind, j, timers in items), *own):
            if timers is not None and timers.keepalive * 3 > timers.hold:
                yield warning(
                    f"routers[{i}].bgp.{where}.keepalive",
                    f"at most {timers.hold // 3} s",
                    f"{timers.keepalive} s",
                    f"set keepalive: {max(timers.hold // 3, 1)}",
                )
