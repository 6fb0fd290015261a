"""G6: No gateway interface has the egress IP.

Why: The agent looks up the interface by the egress IP. When no interface has the egress IP, the agent drops the
traffic.
Seen: Nowhere. Connections time out.
Since: 1.16
Source: cilium/cilium #44026; seen on the lab

Bad: `egressIP: 172.18.0.99`, which is on no interface of the gateway
Good: an address of the gateway's interfaces, or `interface:`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks every node that the entry selects, because each may become the gateway."""
    for gateway in facts.gateways:
        wanted = gateway.entry.egress_ip
        if wanted is None or gateway.policy.egress_cidrs:
            continue
        for node in gateway.nodes:
            if all(i.address.ip != wanted for i in node.interfaces):
                yield error(
                    f"{gateway.path}.egressIP",
                    f"an address of node {node.name}",
                    wanted,
                    "put the address on the node's interface, or select another node",
                )
