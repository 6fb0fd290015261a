"""Every expected prefix is in the router's RIB and kernel FIB with the right next hops, and no other prefix is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_network

from config.net import Prefix
from config.router import Router
from config.stack import StackConfig
from config.workload import Service
from effective.announcements import advertises_pod_cidr, carries
from effective.peerings.expected import ExpectedSession
from probes import propagation
from probes.announcements import interface_prefixes, service_prefixes
from probes.observations import Json, Observations
from probes.services import backends_by_node, load_balancer_addresses, service_object
from probes.verdict import Color, Verdict, judged, unknown


@dataclass(frozen=True)
class ExpectedPrefix:
    """A prefix and its expected next hops. Without next hops the prefix must be absent."""

    prefix: str
    next_hops: frozenset[str]
    why: str


def expected_prefixes(
    stack: StackConfig, sessions: list[ExpectedSession], observations: Observations
) -> dict[str, list[ExpectedPrefix]]:
    """Router -> prefixes that it must have learned from nodes and other routers, given the pods and addresses."""
    tables = propagation.propagated(
        stack,
        {router.name: _from_nodes(stack, router.name, sessions, observations) for router in stack.managed_routers},
    )
    found = {}
    for router in stack.managed_routers:
        table = tables[router.name]
        learned = [
            (prefix, paths) for prefix, paths in table.items() if paths[0].hop and prefix not in _without_bgp(router)
        ]
        found[router.name] = [
            ExpectedPrefix(prefix, frozenset(path.hop for path in paths), paths[0].why) for prefix, paths in learned
        ]
        # An address that must not be announced is checked on every router.
        found[router.name] += [
            ExpectedPrefix(prefix, frozenset(), _why(service))
            for service in stack.services
            for prefix in map(str, map(ip_network, load_balancer_addresses(service_object(observations, service))))
            if prefix not in table
        ]
    return found


def _without_bgp(router: Router) -> set[str]:
    """Prefixes that zebra has from a source with a lower administrative distance than BGP: links and static routes."""
    links = {str(interface.address.network) for interface in router.interfaces}
    return links | {str(route.to) for route in router.static_routes}


def _from_nodes(
    stack: StackConfig, router: str, sessions: list[ExpectedSession], observations: Observations
) -> propagation.Paths:
    mine = [s for s in sessions if s.router.name == router]
    paths: dict[str, tuple[propagation.BgpPath, ...]] = {}
    for session in mine:
        for pod_cidr in _pod_cidrs(session, observations):
            if advertises_pod_cidr(stack, session.peer_config, ip_network(pod_cidr).version):
                _add(paths, pod_cidr, _path(session, f"PodCIDR of {session.node.name}", pod_cidr))
        for prefix in interface_prefixes(stack, session.peer_config, session.node):
            _add(paths, prefix, _path(session, f"an interface of {session.node.name}", prefix))
    for service in stack.services:
        found, ready = service_object(observations, service), backends_by_node(observations, service)
        for session in mine:
            if service.external_traffic_policy == "Local" and not ready.get(session.node.name):
                continue
            for prefix in service_prefixes(stack, session.peer_config, service, found):
                _add(paths, prefix, _path(session, _why(service), prefix))
    return paths


def _add(paths: dict[str, tuple[propagation.BgpPath, ...]], prefix: str, path: propagation.BgpPath | None) -> None:
    others = paths.get(prefix, ())
    # Services may share an address or an aggregate.
    if path is not None and all(other.hop != path.hop for other in others):
        paths[prefix] = (*others, path)


def _path(session: ExpectedSession, why: str, prefix: str) -> propagation.BgpPath | None:
    """The path to a prefix by a session; None if the session does not carry it, or the router's policies deny it."""
    if not carries(session.node_address, ip_network(prefix).version):
        return None
    internal = session.local_asn == session.side.asn
    ases = () if internal or session.local_asn is None else (*session.side.prepended, session.local_asn)
    path = propagation.BgpPath(ases, str(session.node_address), why, internal)
    return propagation.through(session.router, session.policies, "in", prefix, path)


def _why(service: Service) -> str:
    return f"Service {service.name}, externalTrafficPolicy {service.external_traffic_policy}"


def judge(
    stack: StackConfig, router: str, expected: list[ExpectedPrefix], observations: Observations
) -> Iterator[Verdict]:
    """Verdicts on RIB, FIB, ECMP width and unexpected prefixes of one router."""
    answer = observations.routers.get(router)
    if answer is None:
        why = observations.errors.get(router, "not asked")
        yield unknown("rib", router, "every expected prefix", router, why)
        return
    asked = next(r for r in stack.managed_routers if r.name == router)
    limit = asked.bgp.maximum_paths or 64
    rib, fib = rib_next_hops(answer["rib"]), fib_next_hops(answer["fib"])
    unwanted = discarding(answer["neighbors"])
    for item in expected:
        if not item.next_hops:
            absent = item.prefix not in rib
            yield judged(
                "rib",
                item.prefix,
                absent,
                f"not announced ({item.why})",
                "absent" if absent else _hops(rib[item.prefix]),
                router,
                "a node announces a prefix that it must not announce or cannot serve",
            )
            continue
        wanted = f"{_hops(item.next_hops)} ({item.why})"
        if item.prefix not in rib and item.next_hops <= unwanted:
            yield judged(
                "rib",
                item.prefix,
                False,
                wanted,
                "absent",
                router,
                f"FRR takes no route from {_hops(item.next_hops)} without an inbound policy (bgp ebgp-requires-policy)",
            )
        else:
            yield _compare("rib", item, rib.get(item.prefix), wanted, limit, router, answer["rib"])
        kernel = _compare("fib", item, fib.get(item.prefix), wanted, limit, router, answer["rib"])
        lost = rib.get(item.prefix, frozenset()) - fib.get(item.prefix, frozenset())
        if kernel.color is Color.RED and lost & item.next_hops and item.prefix in fib:
            # The kernel removes the next hops of a link that goes down, and zebra does not always restore them.
            kernel = replace(
                kernel,
                cause=f"{router} has {_hops(lost)} in its RIB and not in its kernel: zebra did not"
                f" install it again after its link was down; systemctl restart frr there",
            )
        yield kernel
    known = {item.prefix for item in expected} | {str(item.prefix) for item in asked.bgp.aggregate_addresses}
    # Routes from neighbors outside the stack are not judged.
    known |= set(answer.get("foreign", ()))
    surplus = sorted(set(rib) - known)
    unasked = next((key for key in ("services", "pods", "slices") if key not in observations.objects), None)
    if surplus and unasked is not None:
        yield unknown(
            "rib-surplus",
            router,
            "no BGP route beyond the expected ones",
            router,
            f"the expected prefixes are unknown: {observations.errors.get(unasked, 'not asked')}",
        )
        return
    yield judged(
        "rib-surplus",
        router,
        not surplus,
        "no BGP route beyond the expected ones",
        ", ".join(surplus) or "none",
        router,
        "an advertisement selects more than the stack declares, or there is another speaker",
    )


def _compare(
    check: str, item: ExpectedPrefix, observed: frozenset[str] | None, wanted: str, limit: int, router: str, table: Json
) -> Verdict:
    if observed is None and _beaten(table, item.prefix):
        return judged(
            check,
            item.prefix,
            False,
            wanted,
            "present, but not selected",
            router,
            f"a route of another source wins over BGP's on {router}: vtysh -c 'show ip route {item.prefix}'"
            " says which (kernel, static, connected)",
        )
    if observed is None:
        cause = (
            "the route is not selected or not installed"
            if check == "fib"
            else "no session carries it: advertisement labels, selector or family do not match"
        )
        return judged(check, item.prefix, False, wanted, "absent", router, cause)
    width = min(limit, len(item.next_hops))
    good = observed <= item.next_hops and len(observed) == width
    missing, extra = item.next_hops - observed, observed - item.next_hops
    cause = ""
    if extra:
        cause = f"announced by {_hops(extra)}, which must not"
    elif missing:
        cause = f"missing {_hops(missing)}: session down, maximum-paths or multipath-relax"
    return judged(check, item.prefix, good, wanted, _hops(observed), router, cause)


def _beaten(table: Json, prefix: str) -> bool:
    """Whether BGP has a route to a prefix, but zebra prefers a route of another source."""
    routes = [route for route in table.get(prefix) or [] if route.get("protocol") == "bgp"]
    return bool(routes) and not any(route.get("selected") for route in routes)


def discarding(neighbors: Json) -> frozenset[str]:
    """The neighbors whose routes FRR discards because there is no policy (RFC 8212)."""
    found = set()
    for address, neighbor in neighbors.items():
        families = (neighbor.get("addressFamilyInfo") or {}) if isinstance(neighbor, dict) else {}
        if any(family.get("inboundEbgpRequiresPolicy") for family in families.values()):
            found.add(address)
    return frozenset(found)


def rib_next_hops(rib: Json) -> dict[str, frozenset[str]]:
    """Prefix -> next hops of the selected route, from `show ip route bgp json`."""
    result = {}
    for prefix, routes in rib.items():
        for route in routes if isinstance(routes, list) else []:
            if route.get("selected") and route.get("protocol") == "bgp":
                hops = (hop for hop in route.get("nexthops", []) if hop.get("active"))
                result[prefix] = frozenset(str(hop["ip"]) for hop in hops if "ip" in hop)
    return result


def fib_next_hops(fib: Json) -> dict[str, frozenset[str]]:
    """Prefix -> gateways, from `ip -j route show proto bgp`."""
    result = {}
    for route in fib:
        prefix = "0.0.0.0/0" if route["dst"] == "default" else str(ip_network(route["dst"]))
        hops = route.get("nexthops") or [route]
        result[prefix] = frozenset(str(hop["gateway"]) for hop in hops if "gateway" in hop)
    return result


def _pod_cidrs(session: ExpectedSession, observations: Observations) -> list[str]:
    """The node's PodCIDR of the stack, and those of other families that the API has."""
    said = session.node.pod_cidr
    for node in observations.objects.get("nodes", []):
        if node["metadata"]["name"] == session.node.name:
            spec = node["spec"]
            found = [str(one) for one in spec.get("podCIDRs") or filter(None, [spec.get("podCIDR")])]
            return [one for one in found if said is None or ip_network(one).version != said.version] + _given(said)
    return _given(said)


def _given(pod_cidr: Prefix | None) -> list[str]:
    return [] if pod_cidr is None else [str(pod_cidr)]


def _hops(hops: frozenset[str]) -> str:
    return ", ".join(sorted(hops))
