"""G24: A gateway interface has no wire behind it, on Cilium 1.20 or newer.

Why: Up to Cilium 1.19 the interface of a policy only sets the source address of IPv4 packets, and the node's routes
select the outgoing interface. From 1.20 on, packets leave by the interface of the policy. An interface without a
wire (a dummy, a bridge without ports) loses the packets. `egressIP` sets the same source address, and leaves the
outgoing interface to the routes.
Seen: Nowhere. Connections time out, and all BPF maps have the right entries.
Since: 1.20
Source: Cilium 1.19.7 and 1.20.2, pkg/egressgateway/policy.go and bpf/lib/egress_gateway.h (egress_ifindex)

Bad: `interface: net0` where the node has `{ name: net0, address: 172.18.0.42/16, managed: link }`
Good: `egressIP: 172.18.0.42`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks policies for agents. The controller's own policies for agents have addresses."""
    if facts.release < (1, 20):
        return
    edition = facts.stack.cilium.edition
    for gateway in facts.gateways:
        if gateway.entry.interface is None or gateway.policy.by_controller(edition):
            continue
        for node in gateway.nodes:
            for link in node.interfaces:
                if link.name == gateway.entry.interface and (link.loopback or link.managed == "link"):
                    yield error(
                        f"{gateway.path}.interface",
                        f"an interface of {node.name} with a wire behind it (Cilium 1.20 sends the packets out of it)",
                        link.name,
                        f"name its address instead: egressIP: {link.address.ip}",
                    )
