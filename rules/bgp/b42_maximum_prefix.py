"""B42: A node advertises more prefixes than the router accepts.

Why: FRR closes the session of a neighbor that advertises more prefixes than `maximum-prefix`. FRR does not open the
session again by itself.
Seen: In the router's log, and as a session in Idle (PfxCt).
Since: 1.16
Source: FRR BGP documentation (neighbor maximum-prefix)

Bad: `maximumPrefix: 2` on the router, and a node that advertises its PodCIDR and two Services
Good: `maximumPrefix: 100`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.workload import service_labels
from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Counts the certain IPv4 prefixes: the PodCIDR, and an address for each selected Service without aggregation."""
    reported: set[str] = set()
    for session in facts.sessions:
        most = session.far.setting("maximum_prefix") if session.far is not None else None
        if session.far is None or most is None:
            continue
        path = f"{session.far.place('maximum_prefix')}.maximumPrefix"
        count = _announced(facts, session.peer_config.name if session.peer_config else "")
        if count > most and path not in reported:
            reported.add(path)
            yield error(
                path,
                f"at least {count} (the prefixes that node {session.node.name} announces)",
                most,
                f"set maximumPrefix well above {count}",
            )


def _announced(facts: Facts, peer_config: str) -> int:
    entries = [item.entry for item in facts.carried if item.peer_config.name == peer_config and item.afi == "ipv4"]
    pods = any(entry.type == "PodCIDR" for entry in entries)
    services = {
        path
        for path, service in facts.addressed
        for entry in entries
        if entry.type == "Service"
        and "LoadBalancerIP" in entry.addresses
        and entry.aggregation(4) is None
        and entry.selector is not None
        and entry.selector.matches(service_labels(service))
    }
    return int(pods) + len(services)
