"""B4: peerConfigRef names a peer config that does not exist.

Why: The agent skips the peer until the peer config exists. The node has no session with the peer, whatever the
router does.
Seen: Only in the condition `cilium.io/MissingPeerConfigs` of the cluster config.
Since: 1.16
Source: Cilium pkg/bgp/manager/reconciler/neighbor.go

Bad: `peerConfigRef: cilium-pear` for a peer config named `cilium-peer`
Good: `peerConfigRef: cilium-peer`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error
from rules.words import nearest


def check(facts: Facts) -> Iterator[Finding]:
    """Looks up every reference."""
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
