"""B4: A peerConfigRef that names no peer config.

Why: the agent skips the peer until the object exists: no session, whatever the router does.
Seen: in the condition `cilium.io/MissingPeerConfigs` of the cluster config, and nowhere else.
Since: 1.16
Source: Cilium pkg/bgp/manager/reconciler/neighbor.go

Bad: `peerConfigRef: cilium-pear` where the peer config is called `cilium-peer`
Good: `peerConfigRef: cilium-peer`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error
from rules.words import nearest


def check(facts: Facts) -> Iterator[Finding]:
    """Look every reference up."""
    for path, instance in facts.instances:
        for i, peer in enumerate(instance.peers):
            name = peer.peer_config_ref
            if name is not None and name not in facts.peer_configs:
                yield error(
                    f"{path}.peers[{i}].peerConfigRef",
                    "the name of a peer config",
                    name,
                    nearest(name, facts.peer_configs, "declare it under bgp.peerConfigs"),
                )
