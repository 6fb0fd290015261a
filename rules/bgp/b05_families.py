"""B5: A peer carries no address family.

Why: A peer's families select the advertisements of its session. The agent advertises no route to a peer without a
peer config, or with a peer config without `families`. The session still comes up. From Cilium 1.16 on there is no
default family.
Seen: Nowhere. The session is Established.
Since: 1.16
Source: Cilium pkg/bgp/manager/reconciler/peer_advertisements.go

Bad: `peerConfigs: [{ name: cilium-peer }]`
Good: `peerConfigs: [{ name: p, families: [{ advertisements: { matchLabels: { advertise: bgp } } }] }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Every peer needs a peer config with a family that selects advertisements."""
    for path, instance in facts.instances:
        for i, peer in enumerate(instance.peers):
            if peer.peer_config_ref is None:
                yield error(
                    f"{path}.peers[{i}].peerConfigRef",
                    "a peer config with families",
                    "nothing",
                    "name a peer config that has families",
                )
    for i, config in enumerate(facts.bgp.peer_configs):
        if not config.families:
            yield error(
                f"bgp.peerConfigs[{i}].families",
                "at least one family with advertisements",
                "none",
                "add { afi: ipv4, advertisements: { matchLabels: ... } }",
            )
        for j, family in enumerate(config.families):
            if family.advertisements is None:
                yield error(
                    f"bgp.peerConfigs[{i}].families[{j}].advertisements",
                    "a selector of advertisements",
                    "none",
                    "select advertisements by their labels",
                )
