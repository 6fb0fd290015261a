"""B40: The router's policy denies the prefixes that nodes advertise.

Why: A node advertises a Service as a host prefix (/32 or /128). A prefix-list entry without `le` matches its own
length only: `permit 172.16.1.0/24` does not match 172.16.1.1/32. FRR denies a prefix that matches no entry.
Seen: The session is Established. `show bgp neighbors X filtered-routes` has the routes, and `show ip route` does
not.
Since: 1.16
Source: FRR documentation (prefix lists, route maps); seen on the lab

Bad: `prefixLists: [{ name: POOL, entries: [{ prefix: 172.16.1.0/24 }] }]`
Good: `prefixLists: [{ name: POOL, entries: [{ prefix: 172.16.1.0/24, le: 32 }] }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.net import Prefix
from config.route_filter import anything_of, has_policy
from effective.peerings.declared import DeclaredSession
from effective.peerings.router_side import RouterSide
from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks neighbors of a router with the same policies only once."""
    asked = set()
    for session in facts.sessions:
        far = session.far
        if far is None or not far.known or not has_policy(far.policies, "in"):
            continue
        for what, prefix, length in _announced(facts, session):
            seen = (far.path, far.policies, prefix, length)
            if seen in asked:
                continue
            asked.add(seen)
            if anything_of(far.router.bgp, far.policies, "in", prefix, length):
                continue
            exact = prefix.prefixlen == length
            yield warning(
                f"{far.settings_path}.{_key(far)}",
                f"a policy that permits {prefix if exact else f'/{length} prefixes of {prefix}'} ({what})",
                f"a policy that denies {'it' if exact else 'all of them'}",
                f"permit {prefix}{'' if exact else f' le {length}'}, unless it is kept out on purpose",
            )


def _announced(facts: Facts, session: DeclaredSession) -> Iterator[tuple[str, Prefix, int]]:
    """The announcements of a node: name, the prefix that contains the route, and the length of the route's prefix."""
    for item in facts.carried:
        if item.peer_config is not session.peer_config:
            continue
        version = int(item.afi[-1])
        pod_cidr = session.node.pod_cidr
        if item.entry.type == "PodCIDR" and pod_cidr is not None and pod_cidr.version == version:
            yield f"PodCIDR of {session.node.name}", pod_cidr, pod_cidr.prefixlen
        if item.entry.type == "Service" and "LoadBalancerIP" in item.entry.addresses:
            for pool in facts.stack.pools:
                for prefix in (prefix for block in pool.blocks for prefix in block.prefixes):
                    if prefix.version == version:
                        length = item.entry.aggregation(version) or prefix.max_prefixlen
                        yield f"pool {pool.name}", prefix, max(length, prefix.prefixlen)


def _key(far: RouterSide) -> str:
    return "prefixListIn" if far.policies.prefix_list_in else "routeMapIn"
