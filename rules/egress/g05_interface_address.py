"""G5: A gateway interface does not exist, or has no IPv4 address.

Why: The agent finds no source address, and drops the traffic of the selected pods.
Seen: Nowhere. Connections time out.
Since: 1.16
Source: Cilium pkg/egressgateway/policy.go

Bad: `interface: net0` on a node with the interfaces `[eth1]`
Good: a node with `{ name: net0, address: 172.18.0.42/16 }`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.node import Interface
from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Compares with the declared interfaces of each selected node."""
    for gateway in facts.gateways:
        name = gateway.entry.interface
        if name is None:
            continue
        for node in gateway.nodes:
            own = [i for i in node.links if i.name == name]
            if not own:
                yield error(
                    f"{gateway.path}.interface",
                    f"an interface of node {node.name}",
                    f"{name}, which the node does not have",
                    "declare the interface, or name another one",
                )
            elif not any(isinstance(i, Interface) and i.address.version == 4 for i in own):
                yield error(
                    f"{gateway.path}.interface",
                    f"an interface with an IPv4 address on {node.name}",
                    name,
                    "give it an IPv4 address",
                )
