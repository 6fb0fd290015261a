"""B25: autoDirectNodeRoutes is on where it cannot work.

Why: With tunnel routing the agent refuses autoDirectNodeRoutes. With nodes in several subnets the agent cannot
install the routes of nodes that are not on its link. The agent logs each failure unless
directRoutingSkipUnreachable is set.
Seen: With tunnel routing the agent does not start. With several subnets, only in the agent's log.
Since: 1.16
Source: Cilium pkg/option/config.go

Bad: `{ routingMode: tunnel, autoDirectNodeRoutes: true }`
Good: `{ routingMode: native, autoDirectNodeRoutes: true, values: { directRoutingSkipUnreachable: true } }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks the routing mode, then the links of the nodes."""
    if not facts.on("autoDirectNodeRoutes"):
        return
    where = "cilium.autoDirectNodeRoutes"
    if str(facts.helm("routingMode")) == "tunnel":
        yield error(where, "false with routingMode tunnel", "true", "use routingMode native, or take it out")
        return
    networks = {node.interfaces[0].address.network for node in facts.stack.nodes}
    if len(networks) > 1 and not facts.on("directRoutingSkipUnreachable"):
        yield warning(
            where,
            "directRoutingSkipUnreachable with nodes in several subnets",
            ", ".join(sorted(map(str, networks))),
            "set cilium.values.directRoutingSkipUnreachable: true",
        )
