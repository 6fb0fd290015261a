"""B38: A peer does not listen on the port that the agent dials.

Why: An agent dials every peer. An agent listens only when its instance has a `localPort`. Two agents that only dial
never connect. A router such as FRR listens on port 179, and an agent that dials another port never connects.
Seen: Both peers stay in Active.
Since: 1.16
Source: Cilium pkg/k8s/apis/cilium.io/v2/bgp_cluster_types.go (localPort)

Bad: a peer with the address of another node, and instances without localPort
Good: `localPort: 1790` on that node's instance, or the router as the peer of all nodes
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error

_BGP = 179


def check(facts: Facts) -> Iterator[Finding]:
    """Checks sessions between nodes of the stack, and ports of managed routers."""
    yield from _other_ports(facts)
    owners = {i.address.ip: node.name for node in facts.stack.nodes for i in node.interfaces}
    routers = {i.address.ip for router in facts.stack.routers for i in router.interfaces}
    listening = {
        session.node.name
        for session in facts.sessions
        if session.instance.local_port or (session.override and session.override.local_port)
    }
    reported: set[str] = set()
    for session in facts.sessions:
        other = owners.get(session.address) if session.address else None
        if other is None or other == session.node.name or session.address in routers or session.path in reported:
            continue
        if other not in listening and session.node.name not in listening:
            reported.add(session.path)
            yield error(
                f"{session.instance_path}.localPort",
                f"a port on which node {other} listens for {session.node.name}",
                "nothing: both nodes only dial",
                "set localPort, such as 1790, and the peer's port with it, or peer with a router",
            )


def _other_ports(facts: Facts) -> Iterator[Finding]:
    """Peers with another port than the only port of FRR's bgpd. The stack cannot change that port."""
    far: dict[str, str] = {
        session.peer_config.name: session.far.router.name
        for session in facts.sessions
        if session.peer_config and session.far and session.far.router.managed
    }
    for i, config in enumerate(facts.bgp.peer_configs):
        port = config.transport.peer_port if config.transport else None
        if port is not None and port != _BGP and config.name in far:
            yield error(
                f"bgp.peerConfigs[{i}].transport.peerPort",
                f"{_BGP}, where router {far[config.name]} listens",
                port,
                "remove peerPort, or use another peer config for peers that listen on another port",
            )
