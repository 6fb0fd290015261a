"""B9: PodCIDR is advertised, but the IPAM mode assigns no PodCIDR to nodes.

Why: Only the IPAM modes `kubernetes` and `cluster-pool` assign a prefix to each node. In every other
mode, the agent ignores a PodCIDR entry. With multi-pool, CiliumPodIPPool entries advertise the pools.
Seen: Nowhere.
Since: 1.16
Source: Cilium BGP control plane configuration

Bad: `ipam: multi-pool` with `{ type: PodCIDR }`
Good: `ipam: multi-pool` with `{ type: CiliumPodIPPool, selector: ... }`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.cilium import WITH_POD_CIDR
from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Compares the entry with the IPAM mode of the installation."""
    mode = str(facts.helm("ipam.mode"))
    for path, _, entry in facts.advertisement_entries:
        if entry.type == "PodCIDR" and mode not in WITH_POD_CIDR:
            yield error(
                f"{path}.type",
                f"CiliumPodIPPool (ipam is {mode})",
                "PodCIDR",
                "advertise the pod IP pools, or use ipam kubernetes or cluster-pool",
            )
