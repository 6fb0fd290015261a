"""B16: The graceful-restart time does not fit an agent's restart.

Why: The router keeps the routes of a restarting agent for the graceful-restart time. An agent needs about 10 s
until its sessions are up again. With a shorter time the router withdraws the routes and installs them again. With a
much longer time the routes of a lost node stay a black hole for the hold time plus the restart time (measured: 9 +
15 s gave 23.9 s).
Seen: Nowhere.
Since: 1.16
Source: Cilium BGP control plane operation guide; measured on the lab (docs/timers.md)

Bad: `gracefulRestart: 3`
Good: `gracefulRestart: 15`, or `false` with the profile fast-failover
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning

# Seconds. An agent in the lab is back after 8 to 12 s. The API's default is 120 s.
_RESTART = 10
_LONG = 300


def check(facts: Facts) -> Iterator[Finding]:
    """Checks for times that are too short or too long."""
    for i, config in enumerate(facts.bgp.peer_configs):
        time = config.timers.graceful_restart
        where = f"bgp.peerConfigs[{i}].gracefulRestart"
        if time is not None and time < _RESTART:
            yield warning(where, f"at least {_RESTART} s, an agent's restart", f"{time} s", "set 15 or more, or false")
        if time is not None and time > _LONG:
            yield warning(
                where, f"at most {_LONG} s", f"{time} s: a lost node stays a black hole that long", "set 120 or less"
            )
