"""B35: A session over IPv4 carries IPv6 routes.

Why: Over an IPv4 session an agent sends its IPv6 routes with its own IPv4 address as the next hop
(::ffff:192.0.2.1). Most routers do not use such routes. FRR does not accept the family unless it is activated for
the neighbor. IPv4 routes over IPv6 are a different case: RFC 8950 defines a next hop for them.
Seen: Nowhere. The session is up, and agents count the routes as advertised.
Since: 1.16
Source: cilium/cilium #37831, #31911; GoBGP's next hop of a path; FRR BGP documentation (activate)

Bad: one peer 192.168.10.1, and a peer config with the families ipv4 and ipv6
Good: one peer for each family, each with its own peer config
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Compares families that select advertisements with the peer's address. Reports each peer once."""
    carrying = {(item.peer_config.name, item.afi) for item in facts.carried}
    for path, instance in facts.instances:
        for i, peer in enumerate(instance.peers):
            config = facts.peer_configs.get(peer.peer_config_ref or "")
            family = peer.default_gateway or (f"ipv{peer.address.version}" if peer.address else None)
            if config is None or family != "ipv4":
                continue
            if (config.name, "ipv6") in carrying and facts.on("ipv6.enabled"):
                yield warning(
                    f"{path}.peers[{i}].peerConfigRef",
                    "a peer config of the family ipv4 alone (the session runs over it)",
                    f"{config.name}, which carries ipv6 too",
                    "add a peer with an IPv6 address, and give each its own peer config",
                )
