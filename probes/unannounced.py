"""Missing announcements: Service addresses that no session or link announces, and sessions without a route."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from config.stack import StackConfig
from config.workload import BGP_CLASS, L2_CLASS, Service
from effective.announcements import carried, selecting
from effective.peerings.declared import DeclaredSession
from probes import l2
from probes.announcements import service_prefixes
from probes.observations import Observations
from probes.services import load_balancer_addresses, service_object
from probes.verdict import Verdict, judged


def judge(stack: StackConfig, declared: list[DeclaredSession], observations: Observations) -> Iterator[Verdict]:
    """Red for each missing announcement; one green verdict if there is none. Pure."""
    found = [*_services(stack, declared, observations), *_sessions(stack, declared)]
    yield from found
    if not found and declared:
        yield judged(
            "announced",
            "all",
            True,
            "each session has routes to carry, each LoadBalancer address a session",
            "so it is",
            "stack",
        )


def _services(stack: StackConfig, sessions: list[DeclaredSession], observations: Observations) -> Iterator[Verdict]:
    if stack.bgp is None and not stack.l2_policies:
        return
    for service in stack.services:
        known = service_object(observations, service)
        addresses = load_balancer_addresses(known)
        if not addresses or l2.policies(stack, service):
            continue
        # All announced prefixes of the Service count, also an aggregate of another of its addresses, but no ClusterIP.
        announced = {
            ip_network(prefix)
            for session in sessions
            for prefix in service_prefixes(stack, session.peer_config, service, known)
        }
        unannounced = [
            address for address in addresses if not any(ip_address(address) in prefix for prefix in announced)
        ]
        if unannounced:
            yield judged(
                "announced",
                service.name,
                False,
                f"{', '.join(unannounced)} is announced",
                "not announced",
                "stack",
                _why_not(stack, service),
            )


def _why_not(stack: StackConfig, service: Service) -> str:
    if service.load_balancer_class == L2_CLASS:
        return f"its loadBalancerClass is {L2_CLASS}, which BGP leaves alone, and no L2 policy selects it"
    if service.load_balancer_class not in (None, BGP_CLASS):
        return f"its loadBalancerClass is {service.load_balancer_class}, which Cilium leaves alone"
    if stack.bgp is None:
        return "no L2 policy's serviceSelector matches the Service's own labels"
    sets = stack.bgp.advertisements
    blind = [
        item.name
        for item in sets
        for entry in item.advertisements
        if entry.type == "Service" and entry.selector is None
    ]
    if any(selecting(service, sets)):
        return "no session carries the advertisement that selects it in this family, or that names LoadBalancerIP"
    hint = f"; {', '.join(blind)} has no selector, which selects nothing" if blind else ""
    return f"no advertisement's selector matches the Service's own labels{hint}"


def _sessions(stack: StackConfig, sessions: list[DeclaredSession]) -> Iterator[Verdict]:
    for session in sessions:
        if not list(carried(stack, session.peer_config)):
            yield judged(
                "announced",
                str(session),
                False,
                "the session carries routes",
                "no routes",
                "stack",
                _why_empty(session),
            )


def _why_empty(session: DeclaredSession) -> str:
    if session.peer_config is None:
        return "the peer has no peer config, and so no advertisements"
    if not any(family.advertisements for family in session.peer_config.families):
        return f"no family of peer config {session.peer_config.name} selects advertisements"
    return f"no advertisement has the labels that peer config {session.peer_config.name} selects"
