"""R7: The router's timers undercut what the peer config promises.

Why: a session uses the smaller hold time of the two sides. A router with a longer one changes nothing,
one with a shorter one overrules the cluster's profile.
Seen: nowhere but in the negotiated timers.
Since: 1.16
Source: RFC 4271, 4.2

Bad: peer config `hold: 9`, the router's neighbor `timers: { keepalive: 1, hold: 3 }`
Good: the same values on both sides
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """With the timers of the neighbor, of its group or of the whole router."""
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
