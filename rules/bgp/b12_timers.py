"""B12: The hold time is too short for the keepalive interval.

Why: With a keepalive interval longer than the hold time every session expires. The CRD refuses such timers, and a
hold time below 3 s. With a hold time under three keepalive intervals one lost packet can end the session.
Seen: In the API server's error. With a hold time under three keepalive intervals, sessions flap.
Since: 1.16
Source: Cilium pkg/k8s/apis/cilium.io/v2/bgp_peer_types.go; RFC 4271, 4.4

Bad: `{ hold: 9, keepalive: 30 }`
Good: `{ hold: 9, keepalive: 3 }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Includes the profile: with only `hold: 3`, the keepalive interval is the profile's."""
    for i, config in enumerate(facts.bgp.peer_configs):
        timers = config.timers
        where = f"bgp.peerConfigs[{i}].keepalive"
        if timers.keepalive > timers.hold:
            yield error(
                where,
                f"at most the hold time, {timers.hold} s",
                f"{timers.keepalive} s",
                f"set keepalive to {max(timers.hold // 3, 1)}",
            )
        elif timers.keepalive * 3 > timers.hold:
            yield warning(
                where,
                f"at most a third of the hold time, {timers.hold} s",
                f"{timers.keepalive} s",
                f"set keepalive to {max(timers.hold // 3, 1)}",
            )
