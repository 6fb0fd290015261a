"""B23: Auto-discovery finds a default gateway that is not the router.

Why: With auto-discovery a node peers with its default gateway. A node has no session when its default gateway is a
firewall, or when it has no default gateway.
Seen: Nowhere.
Since: 1.18
Source: Cilium BGP control plane configuration (auto-discovery)

Bad: `peers: [{ name: tor, asn: 65000, defaultGateway: ipv4 }]` on a node without `defaultGateway`
Good: nodes with `defaultGateway: 192.168.10.200`, the router's address
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """The declared default gateway must be an address of a router, if the stack has routers."""
    owned = {interface.address.ip for router in facts.stack.routers for interface in router.interfaces}
    for session in facts.sessions:
        family = session.peer.default_gateway
        if family is None:
            continue
        if facts.release < (1, 18):
            yield error(
                f"{session.path}.defaultGateway",
                "a peer address (auto-discovery came with 1.18)",
                family,
                "set address, or take Cilium 1.18",
            )
            continue
        gateway = session.node.gateway(int(family[-1]))
        if gateway is None or (owned and gateway not in owned):
            yield error(
                f"{session.node_path}.defaultGateway",
                f"the {family} address of a router" + (" of this stack" if owned else ""),
                gateway or ", ".join(map(str, session.node.default_gateways)) or "nothing",
                "set the node's default gateway to the router, or name the peer's address",
            )
