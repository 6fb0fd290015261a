"""B33: BGP advertises ClusterIPs that no external client can reach.

Why: The datapath drops external packets to a ClusterIP unless bpf.lbExternalClusterIP is on.
Seen: Nowhere. The router has the route, and connections time out.
Since: 1.16
Source: Cilium BGP control plane configuration; kube-proxy replacement guide

Bad: `{ type: Service, addresses: [ClusterIP], selector: ... }`
Good: the same with `values: { bpf: { lbExternalClusterIP: true } }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks one switch of the whole cluster. A ClusterIP is harmless if the entry also has another address."""
    if facts.on("bpf.lbExternalClusterIP"):
        return
    others = any(set(entry.addresses) - {"ClusterIP"} for _, _, entry in facts.advertisement_entries)
    say = warning if others else error
    for path, _, entry in facts.advertisement_entries:
        if "ClusterIP" in entry.addresses:
            yield say(
                f"{path}.addresses",
                "bpf.lbExternalClusterIP with ClusterIP",
                "false, the default",
                "set cilium.values.bpf.lbExternalClusterIP: true",
            )
