"""G12: Destinations that capture the cluster's own addresses.

Why: traffic to nodes, the API server or LB addresses then goes through the gateway, which breaks health
checks, kubelet and DNS on the host network. Pods and ClusterIPs are looked at before and are safe.
Seen: nowhere.
Since: 1.16
Source: cilium/cilium #38221

Bad: `destinationCIDRs: [0.0.0.0/0]`
Good: the same with `excludedCIDRs` that hold the nodes' network
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from config.net import Prefix
from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """The nodes' networks, the API server, and the pools."""
    own: dict[Prefix, str] = {n: "the hosts' network" for _, n in facts.networks() if not n.is_loopback}
    own[ip_network(str(facts.stack.cluster.api_server))] = "the API server"
    for pool in facts.stack.pools:
        own |= {block.cidr: f"pool {pool.name}" for block in pool.blocks if block.cidr is not None}
    for i, policy in enumerate(facts.stack.egress_policies):
        for j, cidr in enumerate(policy.destination_cidrs):
            caught = [
                f"{what} {prefix}"
                for prefix, what in own.items()
                if prefix.version == cidr.version
                and prefix.subnet_of(cidr)  # type: ignore[arg-type]
                and not any(e.version == prefix.version and prefix.subnet_of(e) for e in policy.excluded_cidrs)  # type: ignore[arg-type]
            ]
            if caught:
                yield warning(
                    f"egressPolicies[{i}].destinationCIDRs[{j}]",
                    "destinations outside the cluster",
                    f"{cidr}, which holds {', '.join(caught[:3])}",
                    "add them to excludedCIDRs",
                )
