"""B13: An eBGP peer that is not on a node's link, without multihop.

Why: eBGP sends with a TTL of 1. A node in another subnet than the peer's address never reaches it.
Seen: the peer stays in Active; nothing says TTL.
Since: 1.16
Source: Cilium BGP control plane troubleshooting

Bad: peer 192.168.10.200, a node in 192.168.20.0/24, no `ebgpMultihop`
Good: `peerConfigs: [{ name: cilium-peer, ebgpMultihop: 2 }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """A router answers on any of its addresses, so one that shares a link with the node is no hop away."""
    for session in facts.sessions:
        peer, config = session.peer, session.peer_config
        if peer.address is None or session.on_link or peer.asn is None or peer.asn == session.local_asn:
            continue
        if config is None or (config.ebgp_multihop or 1) > 1:
            continue
        near = session.far is not None and any(
            own.address.ip in theirs.address.network
            for own in session.node.interfaces
            for theirs in session.far.router.interfaces
        )
        if near:
            # Linux counts no hop for a packet to another address of the neighbor itself.
            continue
        index = facts.bgp.peer_configs.index(config)
        yield error(
            f"bgp.peerConfigs[{index}].ebgpMultihop",
            f"2 or more (node {session.node.name} is not on the link of {peer.address})",
            config.ebgp_multihop or "nothing, which is 1",
            "set ebgpMultihop to the number of hops",
        )
