"""B42: A node advertises more prefixes than the router accepts.

Why: FRR closes the session of a neighbor that advertises more prefixes than `maximum-prefix`. FRR does not open the
session again by itself.
Seen: In the router's log, and as a session in Idle (PfxCt).
Since: 1.16
Source: FRR BGP documentation (neighbor maximum-prefix)

Bad: `maximumPrefix: 2` on the router, and a node that advertises its PodCIDR and two Services
Good: `maximumPrefix: 100`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.cilium import WITH_POD_CIDR
from config.node import Node
from config.workload import Service, service_labels
from effective.peerings.declared import DeclaredSession
from rules.facts import Facts
from rules.finding import Finding, error
from rules.lbipam.pools import SHARING, annotation, matching


def check(facts: Facts) -> Iterator[Finding]:
    """Counts the certain IPv4 prefixes: the PodCIDR, and the addresses of selected Services without aggregation."""
    reported: set[str] = set()
    for session in facts.sessions:
        most = session.far.setting("maximum_prefix") if session.far is not None else None
        if session.far is None or most is None:
            continue
        path = f"{session.far.place('maximum_prefix')}.maximumPrefix"
        count = _announced(facts, session)
        if count > most and path not in reported:
            reported.add(path)
            yield error(
                path,
                f"at least {count} (the prefixes that node {session.node.name} announces)",
                most,
                f"set maximumPrefix well above {count}",
            )


def _announced(facts: Facts, session: DeclaredSession) -> int:
    name = session.peer_config.name if session.peer_config else ""
    entries = [item.entry for item in facts.carried if item.peer_config.name == name and item.afi == "ipv4"]
    pods = any(entry.type == "PodCIDR" for entry in entries) and _has_pod_cidr(facts, session.node)
    # Services with one sharing key may have one address.
    addresses = {
        annotation(service, SHARING) or path
        for path, service in facts.addressed
        for entry in entries
        if entry.type == "Service"
        and "LoadBalancerIP" in entry.addresses
        and entry.aggregation(4) is None
        and entry.selector is not None
        and entry.selector.matches(service_labels(service))
        and _has_address(facts, service)
    }
    return int(pods) + len(addresses)


def _has_pod_cidr(facts: Facts, node: Node) -> bool:
    assigned = str(facts.helm("ipam.mode")) in WITH_POD_CIDR and facts.on("ipv4.enabled")
    return assigned and (node.pod_cidr or facts.stack.cluster.pod_cidr).version == 4


def _has_address(facts: Facts, service: Service) -> bool:
    """Whether the Service gets an IPv4 address. Its first family is the Service CIDR's if it names none."""
    wanted = service.ip_families or (f"IPv{facts.stack.cluster.service_cidr.version}",)
    both = service.ip_family_policy == "RequireDualStack"
    ranges = [prefix for pool in matching(facts, service) for block in pool.blocks for prefix in block.prefixes]
    return ("IPv4" in wanted or both) and any(prefix.version == 4 for prefix in ranges)
