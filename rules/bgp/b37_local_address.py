"""B37: A localAddress is on no interface of the node.

Why: The agent binds its end of the connection to localAddress. The kernel refuses an address that the node does not
have.
Seen: The peer stays in Active or Connect. No message gives the reason.
Since: 1.16
Source: cilium/cilium #29066; GoBGP's dialer

Bad: `localAddress: 10.255.0.1` on a node whose only address is 192.168.10.101
Good: an address of one of the node's interfaces, declared under `nodes[].interfaces`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks overrides of declared nodes. B19 reports undeclared nodes."""
    nodes = {node.name: node for node in facts.stack.nodes}
    for i, override in enumerate(facts.bgp.node_overrides):
        node = nodes.get(override.node)
        if node is None:
            continue
        own = [interface.address.ip for interface in node.interfaces]
        for j, instance in enumerate(override.instances):
            for k, peer in enumerate(instance.peers):
                if peer.local_address is not None and peer.local_address not in own:
                    yield error(
                        f"bgp.nodeOverrides[{i}].instances[{j}].peers[{k}].localAddress",
                        f"an address of node {node.name} ({', '.join(map(str, own))})",
                        peer.local_address,
                        f"use one of them, or declare the interface with this address for {node.name} under nodes",
                    )
