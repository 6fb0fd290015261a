"""B1: The two ends of a BGP session disagree about an AS number.

Why: The BGP OPEN message carries the sender's AS number. A receiver that expects another AS number closes the
session. The session never gets past OpenConfirm, and the router has none of the node's routes.
Seen: Only in the peer's state and in the router's log (Bad Peer AS).
Since: 1.16
Source: Cilium BGP control plane troubleshooting; RFC 4271, 6.2

Bad: `peers: [{ name: tor, asn: 65010, address: 192.168.10.200 }]`, and the router has `asn: 65000`
Good: `peers: [{ name: tor, asn: 65000, address: 192.168.10.200 }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from effective.peerings.router_side import RouterSide
from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Compares the AS number of each side with the number that the other side expects."""
    for session in facts.sessions:
        far = session.far
        if far is None:
            continue
        asn, peer = far.asn, session.peer.asn
        if peer is not None and peer != asn:
            yield error(f"{session.path}.asn", f"{asn} ({_who(far)})", peer, f"set {session.path}.asn to {asn}")
        expected = far.remote_as
        if isinstance(expected, int) and session.local_asn is not None and session.local_asn != expected:
            own = session.override.local_asn if session.override else None
            yield error(
                f"{session.override_path if own else session.instance_path}.localASN",
                f"{expected} (router {far.router.name})",
                session.local_asn,
                "make localASN and the router's remoteAs equal",
            )


def _who(far: RouterSide) -> str:
    """The owner of the AS number."""
    return f"{'localAs of ' if far.asn != far.router.bgp.asn else ''}router {far.router.name}"
