"""R7: The router's hold time is shorter than the peer config's.

Why: A session uses the smaller hold time of its two ends. A longer hold time on the router changes nothing. A
shorter hold time on the router overrides the cluster's profile.
Seen: Only in the negotiated timers.
Since: 1.16
Source: RFC 4271, 4.2

Bad: peer config `hold: 9`, and the router's neighbor has `timers: { keepalive: 1, hold: 3 }`
Good: the same values at both ends
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Uses the timers of the neighbor, of its group or of the whole router."""
    for session in facts.sessions:
        far, config = session.far, session.peer_config
        if far is None or config is None:
            continue
        if far.known and far.timers[0] < config.timers.hold:
            index = facts.bgp.peer_configs.index(config)
            yield warning(
                f"bgp.peerConfigs[{index}].hold",
                f"{far.timers[0]} s, as router {far.router.name} has",
                f"{config.timers.hold} s",
                "give both sides the same timers",
            )
