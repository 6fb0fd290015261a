"""B30: localPreference is set for an eBGP peer.

Why: The local preference exists only inside an AS. BGP does not send the attribute to eBGP peers, and
localPreference has no effect.
Seen: Nowhere.
Since: 1.16
Source: RFC 4271, 5.1.5; Cilium BGP control plane configuration

Bad: `{ type: PodCIDR, localPreference: 200 }` for a peer in another AS
Good: communities or an as-path policy on the router
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Finds the eBGP peers with such an entry."""
    external = {
        s.peer_config.name
        for s in facts.sessions
        if s.peer_config and s.peer.asn is not None and s.peer.asn != s.local_asn
    }
    for item in facts.carried:
        if item.entry.local_preference is not None and item.peer_config.name in external:
            yield warning(
                f"{item.path}.localPreference",
                f"nothing (peer config {item.peer_config.name} has eBGP peers)",
                item.entry.local_preference,
                "use communities and a policy on the router",
            )
