"""B20: Two BGP speakers have the same router ID.

Why: Inside an AS a speaker refuses the session with a neighbor that has the speaker's own router ID. Between two
ASes the speaker accepts the session (RFC 6286). Two neighbors with one router ID make best-path selection and
graceful restart ambiguous. Vagrant's NAT interface gives every machine the address 10.0.2.15.
Seen: Inside an AS, only in logs (bad BGP identifier). Between ASes, nowhere.
Since: 1.16
Source: RFC 4271, 4.2; RFC 6286; Cilium BGP control plane configuration; seen on the lab

Bad: two nodes whose first interface has 10.0.2.15, without node overrides
Good: `nodeOverrides: [{ node: w1, instances: [{ name: i, routerId: 192.168.10.101 }] }]`
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Compares the router IDs of all instances on all nodes and of the routers."""
    taken: dict[object, str] = {}
    for i, router in enumerate(facts.stack.routers):
        own = router.bgp.router_id
        if own is not None:
            if own in taken:
                yield error(
                    f"routers[{i}].bgp.routerId", f"another id than {taken[own]}'s", own, "give each router its own"
                )
            taken.setdefault(own, f"router {router.name}")
    if facts.helm("bgpControlPlane.routerIDAllocation.mode") == "ip-pool":
        yield from _pool(facts, str(facts.helm("bgpControlPlane.routerIDAllocation.ipPool") or "nothing"))
        return
    seen: set[tuple[str, str]] = set()
    for session in facts.sessions:
        key = (session.node.name, session.instance.name)
        if key in seen:
            continue
        seen.add(key)
        given = session.override.router_id if session.override else None
        router_id = given or (session.node.address if session.node.address.version == 4 else None)
        if router_id is None:
            continue
        owner = taken.setdefault(router_id, f"node {session.node.name}")
        if owner != f"node {session.node.name}":
            yield error(
                f"{session.override_path}.routerId" if given else f"{session.node_path}.interfaces[0].address",
                f"a router id of its own ({owner} has {router_id})",
                router_id,
                f"set routerId for {session.node.name} in bgp.nodeOverrides",
            )


def _pool(facts: Facts, pool: str) -> Iterator[Finding]:
    where = "cilium.values.bgpControlPlane.routerIDAllocation.ipPool"
    try:
        size = IPv4Network(pool, strict=False).num_addresses
    except ValueError:
        yield error(where, "an IPv4 prefix", pool, "write it as 10.255.0.0/24")
        return
    need = len({(s.node.name, s.instance.name) for s in facts.sessions})
    if size < need:
        yield error(where, f"at least {need} addresses, one for each node and instance", size, "take a larger prefix")
