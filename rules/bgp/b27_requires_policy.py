"""B27: An FRR router without policies exchanges no eBGP routes.

Why: Since FRR 7.5, eBGP neighbors without an inbound and an outbound policy exchange no routes (RFC 8212). The
session is Established, and `(Policy)` stands in place of the prefix count.
Seen: Only as the word `(Policy)` in `show bgp summary`.
Since: 1.16
Source: FRR BGP documentation (ebgp-requires-policy); seen on the lab

Bad: `bgp: { asn: 65000, neighbors: [...] }`
Good: `bgp: { asn: 65000, ebgpRequiresPolicy: false, neighbors: [...] }`, or `routeMapIn` on every eBGP neighbor
"""

from __future__ import annotations

from collections.abc import Iterator

from config.route_filter import has_policy
from effective.peerings.router_side import RouterSide, sides_of
from rules.facts import Facts
from rules.finding import Finding, error, warning
from rules.words import some


def check(facts: Facts) -> Iterator[Finding]:
    """Every eBGP neighbor needs an inbound policy. Nodes need no outbound policy: they ignore received routes."""
    nodes = {interface.address.ip for node in facts.stack.nodes for interface in node.interfaces}
    for i, router in enumerate(facts.stack.routers):
        if not router.bgp.ebgp_requires_policy or not router.managed:
            continue
        where = f"routers[{i}]"
        external = [side for side in sides_of(where, router) if side.remote_as not in (None, "internal", side.asn)]
        deaf = [side for side in external if not has_policy(side.policies, "in")]
        if deaf:
            yield error(
                f"{where}.bgp.ebgpRequiresPolicy",
                f"false, or an inbound policy for {_names(deaf)}",
                "true, FRR's default",
                f"set {where}.bgp.ebgpRequiresPolicy: false, or give {deaf[0].settings_path} a routeMapIn",
            )
        dumb = [
            side
            for side in external
            if side.neighbor and side.neighbor.address not in nodes and not has_policy(side.policies, "out")
        ]
        if dumb and not deaf:
            yield warning(
                f"{dumb[0].settings_path}.routeMapOut",
                f"an outbound policy for {_names(dumb)} (without it, they get no routes)",
                "nothing",
                f"give {dumb[0].settings_path} a routeMapOut",
            )


def _names(sides: list[RouterSide]) -> str:
    names = [side.neighbor.name for side in sides if side.neighbor]
    names += [f"group {side.group.name}" for side in sides if side.group and not side.neighbor]
    return some(names, 3)
