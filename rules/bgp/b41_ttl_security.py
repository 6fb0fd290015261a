"""B41: A router drops a node's packets because of their TTL.

Why: With `ttl-security hops N` the router drops every packet with a TTL below 256 - N. An agent sends eBGP packets
with a TTL of 1, or with the TTL that `ebgpMultihop` sets. An agent sends iBGP packets with the kernel's TTL of 64.
Seen: The session stays in Connect or Active, although packets arrive at the router.
Since: 1.16
Source: RFC 5082; gobgp pkg/server/fsm.go; FRR BGP documentation (neighbor ttl-security)

Bad: `ttlSecurityHops: 1` on the router, and a peer config without `ebgpMultihop`
Good: `ttlSecurityHops: 1` on the router, and `ebgpMultihop: 255` in the peer config
"""

from __future__ import annotations

from collections.abc import Iterator

from effective.peerings.declared import DeclaredSession
from rules.facts import Facts
from rules.finding import Finding, error

_KERNEL = 64


def check(facts: Facts) -> Iterator[Finding]:
    """Every hop decrements the TTL. A node on the router's link is the best case."""
    reported: set[str] = set()
    for session in facts.sessions:
        hops = session.far.setting("ttl_security_hops") if session.far is not None else None
        if session.far is None or hops is None or session.local_asn is None:
            continue
        internal = session.local_asn == session.far.asn
        ttl, least = _KERNEL if internal else _external(session), 256 - hops
        path = f"{session.far.place('ttl_security_hops')}.ttlSecurityHops"
        if ttl < least and path not in reported:
            reported.add(path)
            fix = (
                "remove ttlSecurityHops: an agent sends iBGP packets with no other TTL"
                if internal
                else ("set ebgpMultihop: 255 in the peer config, or take ttlSecurityHops out")
            )
            yield error(
                path,
                f"at least {256 - ttl} (node {session.node.name} sends with a TTL of {ttl})",
                hops,
                fix,
            )


def _external(session: DeclaredSession) -> int:
    config = session.peer_config
    return (config.ebgp_multihop if config else None) or 1
