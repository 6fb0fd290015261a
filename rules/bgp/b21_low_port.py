"""B21: A BGP listener uses a port below 1024 without NET_BIND_SERVICE.

Why: The chart removes the capability NET_BIND_SERVICE from the agent. The agent cannot bind port 179 and does not
create the BGP instance.
Seen: Only in the agent's log.
Since: 1.16
Source: Cilium BGP control plane configuration

Bad: `instances: [{ name: i, localASN: 65001, localPort: 179 }]`
Good: the same with NET_BIND_SERVICE in `securityContext.capabilities.ciliumAgent`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Instances and node overrides may name a port."""
    capabilities = facts.helm("securityContext.capabilities.ciliumAgent")
    if (isinstance(capabilities, list) and "NET_BIND_SERVICE" in capabilities) or facts.on(
        "securityContext.privileged"
    ):
        return
    ports = [(path, instance.local_port) for path, instance in facts.instances]
    for i, node in enumerate(facts.bgp.node_overrides):
        for j, one in enumerate(node.instances):
            where = f"bgp.nodeOverrides[{i}].instances[{j}]"
            ports.append((where, one.local_port))
            ports += [(f"{where}.peers[{k}]", peer.local_port) for k, peer in enumerate(one.peers)]
    for path, port in ports:
        if port is not None and port < 1024:
            yield error(
                f"{path}.localPort",
                "1024 or more, or the capability NET_BIND_SERVICE",
                port,
                "add NET_BIND_SERVICE to cilium.values.securityContext.capabilities.ciliumAgent",
            )
