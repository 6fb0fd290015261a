"""B32: The BGP status report is off in a small cluster.

Why: Without the status report the CiliumBGPNodeConfigs carry no session state and no conditions. The conditions
that rules B4, B14, B17 and B18 name are then missing at run time. In a cluster of hundreds of nodes the missing
status is the price for less load on the API server.
Seen: Nowhere.
Since: 1.17
Source: Cilium BGP control plane operation guide

Bad: `bgpStatusReport: false` with four nodes
Good: `bgpStatusReport: true`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning

_LARGE = 200


def check(facts: Facts) -> Iterator[Finding]:
    """Skips large clusters."""
    if (
        facts.stack.bgp is not None
        and facts.release >= (1, 17)
        and not facts.on("bgpControlPlane.statusReport.enabled")
    ):
        count = len(facts.stack.nodes)
        if count < _LARGE:
            yield warning(
                "cilium.bgpStatusReport",
                f"true (the cluster has {count} nodes)",
                "false",
                "leave it on in clusters of less than a few hundred nodes",
            )
