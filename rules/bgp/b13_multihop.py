"""B13: An eBGP peer is not on the node's link, and ebgpMultihop is not set.

Why: Each end of an eBGP session sends its packets with a TTL of 1. The node's packets never reach a peer behind a
router, and the peer's packets never reach the node. A router on the node's own link needs no ebgpMultihop, even
under another of its addresses.
Seen: The peer stays in Active. No message mentions the TTL.
Since: 1.16
Source: Cilium BGP control plane troubleshooting; seen on the lab

Bad: peer 192.168.30.200 behind a router, a node in 192.168.20.0/24, and no `ebgpMultihop`
Good: `peerConfigs: [{ name: cilium-peer, ebgpMultihop: 2 }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """A router on the node's link is directly reachable under all of its addresses."""
    for session in facts.sessions:
        peer, config, far = session.peer, session.peer_config, session.far
        if session.address is None or session.on_link or peer.asn is None or peer.asn == session.local_asn:
            continue
        if far is not None and any(session.node.on_link(own.address.ip) for own in far.router.interfaces):
            # Linux does not decrement the TTL of a packet to another local address.
            continue
        if config is not None and (config.ebgp_multihop or 1) < 2:
            index = facts.bgp.peer_configs.index(config)
            yield error(
                f"bgp.peerConfigs[{index}].ebgpMultihop",
                f"2 or more (node {session.node.name} is not on the link of {session.address})",
                config.ebgp_multihop or "nothing, which is 1",
                "set ebgpMultihop to the number of hops",
            )
        if far is not None and far.known and far.multihop < 2:
            yield error(
                f"{far.settings_path}.ebgpMultihop",
                f"2 or more ({session.source}, node {session.node.name}, is on no link of {far.router.name})",
                far.multihop,
                "set ebgpMultihop to the number of hops on the router too",
            )
