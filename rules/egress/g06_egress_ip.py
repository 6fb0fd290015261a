"""G6: An egress IP that no gateway interface has.

Why: the agent looks the interface up by the address; without one it drops the traffic.
Seen: nowhere; connections time out.
Since: 1.16
Source: cilium/cilium #44026; seen on the lab

Bad: `egressIP: 172.18.0.99` that is on no interface of the gateway
Good: an address of the gateway's interfaces, or `interface:`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """On every node that the entry selects: each of them may be the one."""
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
