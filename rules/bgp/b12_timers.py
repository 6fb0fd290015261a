"""B12: Timers that BGP does not take.

Why: a keepalive interval longer than the hold time lets every session run out, and the CRD refuses it; a
hold time below 3 s is refused too. A hold time under three keepalives survives no lost packet.
Seen: the API's error; for less than three keepalives, flapping sessions.
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
    """The profile counts too: `hold: 3` alone still has the profile's keepalive."""
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
