"""Explains where a route is present and where it is missing: node by node, then router by router."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

from config.net import Prefix, inside
from diagnosis.why.chain import AnnouncementPath, Matches, announcement_paths, of_interface, of_pod_cidr, of_service
from diagnosis.why.situation import Situation
from diagnosis.why.steps import Step
from probes.route_tables import fib_next_hops, rib_next_hops
from probes.services import (
    cluster_addresses,
    external_addresses,
    load_balancer_addresses,
    ready_endpoints,
)

Json = Any


def answer(situation: Situation, text: str) -> Step:
    """Explain an address or a prefix."""
    about, steps = _owner(situation, ip_network(text, strict=False))
    return Step(f"{text}: {about}", None, (*steps, *at_routers(situation, text)))


def of_a_service(situation: Situation, service: Json, address: str) -> tuple[Step, ...]:
    """The nodes that announce an address of a Service, and why the others do not."""
    labels = {
        **(service["metadata"].get("labels") or {}),
        "io.kubernetes.service.name": service["metadata"]["name"],
        "io.kubernetes.service.namespace": service["metadata"]["namespace"],
    }
    kinds = {
        "LoadBalancerIP": address in load_balancer_addresses(service),
        "ClusterIP": address in cluster_addresses(service),
        "ExternalIP": address in external_addresses(service),
    }
    local = (service.get("spec") or {}).get("externalTrafficPolicy") == "Local"
    metadata = service["metadata"]
    on = {
        endpoint.get("nodeName")
        for _, endpoint, _ in ready_endpoints(situation.observations, metadata["namespace"], metadata["name"])
    }
    nobody = "externalTrafficPolicy is Local, and no ready Pod is on the node"
    return tuple(
        Step(f"{node.name} does not announce it: {nobody}", None) if local and node.name not in on else step
        for node in situation.stack.nodes
        for step in by_node(situation, node.name, of_service(labels, kinds), ip_address(address).version)
    )


def by_node(situation: Situation, node: str, matches: Matches, version: int) -> Iterator[Step]:
    """A step for each peering of a node. `version`: the IP version of what the node announces."""
    states = situation.peers(node)
    for path in announcement_paths(situation.objects, node, matches, version):
        if path.ended is not None:
            where = f" to {path.peer}" if path.peer else ""
            yield Step(f"{node} does not announce it{where}: {path.ended}", False)
            continue
        state = states.get(path.peer, "no such session")
        yield _announced(node, path, state, node in situation.observations.agents)


def _announced(node: str, path: AnnouncementPath, state: str, asked: bool) -> Step:
    if not asked:
        return Step(f"{node} should announce it ({path}); its agent does not answer", None)
    if state != "established":
        return Step(f"{node} would announce it to {path.peer} ({path}): the session is {state}", False)
    return Step(f"{node} announces it to {path.peer}: {path}; the session is established", True)


def at_routers(situation: Situation, text: str) -> Iterator[Step]:
    """The route of each router to an address or a prefix."""
    prefix = ip_network(text, strict=False)
    for router in situation.stack.managed_routers:
        found = situation.observations.routers.get(router.name)
        if found is None:
            yield Step(
                f"{router.name} does not answer: {situation.observations.errors.get(router.name, 'not asked')}", None
            )
            continue
        yield _at_router(router.name, prefix, found)


def _at_router(name: str, prefix: Prefix, found: Json) -> Step:
    rib, fib = rib_next_hops(found["rib"]), fib_next_hops(found["fib"])
    routes = found["rib"].get(str(prefix)) or []
    covering = [other for other in rib if str(prefix) != other and inside(prefix, ip_network(other, strict=False))]
    if str(prefix) in rib:
        hops, kernel = sorted(rib[str(prefix)]), sorted(fib.get(str(prefix), ()))
        same = hops == kernel
        installed = "the kernel has the same" if same else f"the kernel has {', '.join(kernel) or 'no such route'}"
        return Step(f"{name}: BGP's route is selected, by {', '.join(hops)}; {installed}", same)
    if str(prefix) in (found.get("networks") or {}):
        return Step(f"{name} announces it as its own network", True)
    how = f"vtysh -c 'show {'ip' if prefix.version == 4 else 'ipv6'} route {prefix}'"
    if routes:
        return Step(f"{name}: BGP has a route, and another source's wins: {how}", False)
    if covering:
        return Step(f"{name} has no route to it, and one to {', '.join(covering)}", None)
    return Step(f"{name} has no route to it from BGP", False)


def _owner(situation: Situation, prefix: Prefix) -> tuple[str, tuple[Step, ...]]:
    """The owner of a prefix, and its announcements."""
    address = str(prefix.network_address)
    for service in situation.of("services"):
        addresses = [*load_balancer_addresses(service), *cluster_addresses(service), *external_addresses(service)]
        if address in addresses and prefix.prefixlen == prefix.max_prefixlen:
            metadata = service["metadata"]
            return f"an address of Service {metadata['namespace']}/{metadata['name']}", of_a_service(
                situation, service, address
            )
    for node in situation.stack.nodes:
        ranges = pod_cidrs(situation, node.name)
        if any(inside(prefix, one) for one in ranges):
            return f"{'the' if prefix in ranges else 'in the'} PodCIDR of {node.name}", tuple(
                by_node(situation, node.name, of_pod_cidr, prefix.version)
            )
        for link in node.interfaces:
            if link.address.ip == ip_address(address) and prefix.prefixlen == prefix.max_prefixlen:
                return f"the address of {link.name} of {node.name}", tuple(
                    by_node(situation, node.name, of_interface(link.name), prefix.version)
                )
    for router in situation.stack.routers:
        if prefix in router.bgp.networks:
            return f"a network of {router.name}", ()
        if any(prefix == link.address.network for link in router.interfaces):
            return f"a link of {router.name}", ()
    return "nothing of this stack", (Step("no Service, PodCIDR, interface or network has it", None),)


def pod_cidrs(situation: Situation, node: str) -> list[Prefix]:
    """The PodCIDRs of a node: from the API, and the declared one."""
    found = [one for one in situation.of("nodes") if one["metadata"]["name"] == node]
    texts = [text for one in found for text in (one.get("spec") or {}).get("podCIDRs") or []]
    declared = situation.node(node)
    if declared is not None and declared.pod_cidr is not None:
        texts.append(str(declared.pod_cidr))
    return [ip_network(text) for text in dict.fromkeys(texts)]
