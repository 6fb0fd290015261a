"""The prefixes that a router must have learned from nodes and other routers, and the next hops of each."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network

from config.net import Prefix
from config.router import Router
from config.stack import StackConfig
from config.workload import Service
from effective.announcements import advertises_pod_cidr, carries
from effective.peerings.expected import ExpectedSession
from probes import propagation
from probes.announcements import interface_prefixes, service_prefixes
from probes.observations import Observations
from probes.services import backends_by_node, load_balancer_addresses, service_object


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
