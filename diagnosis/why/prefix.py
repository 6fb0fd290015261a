"""Why a route is where it is, and why it is not where it is not: node by node, then router by router."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_address, ip_network
from typing import Any

from diagnosis.why.chain import Matches, Way, of_interface, of_pod_cidr, of_service, ways
from diagnosis.why.steps import Step
from diagnosis.why.world import World
from probes.prefixes import fib_next_hops, rib_next_hops
from probes.services import (
    cluster_addresses,
    external_addresses,
    load_balancer_addresses,
    ready_endpoints,
)

Json = Any


def answer(world: World, text: str) -> Step:
    """For an address or a prefix."""
    about, steps = _owner(world, IPv4Network(text, strict=False))
    return Step(f"{text}: {about}", None, (*steps, *at_routers(world, text)))


def of_a_service(world: World, service: Json, address: str) -> tuple[Step, ...]:
    """Which nodes announce an address of a Service, and why the others do not."""
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
        for _, endpoint, _ in ready_endpoints(world.seen, metadata["namespace"], metadata["name"])
    }
    nobody = "externalTrafficPolicy is Local, and no ready Pod is on the node"
    return tuple(
        Step(f"{node.name} does not announce it: {nobody}", None) if local and node.name not in on else step
        for node in world.stack.nodes
        for step in by_node(world, node.name, of_service(labels, kinds))
    )


def by_node(world: World, node: str, matches: Matches) -> Iterator[Step]:
    """One step for a node that has one peering, else one for each."""
    states = world.peers(node)
    for way in ways(world.objects, node, matches):
        if way.ended is not None:
            where = f" to {way.peer}" if way.peer else ""
            yield Step(f"{node} does not announce it{where}: {way.ended}", False)
            continue
        state = states.get(way.peer, "no such session")
        yield _announced(node, way, state, node in world.seen.agents)


def _announced(node: str, way: Way, state: str, asked: bool) -> Step:
    if not asked:
        return Step(f"{node} should announce it ({way}); its agent does not answer", None)
    if state != "established":
        return Step(f"{node} would announce it to {way.peer} ({way}): the session is {state}", False)
    return Step(f"{node} announces it to {way.peer}: {way}; the session is established", True)


def at_routers(world: World, text: str) -> Iterator[Step]:
    """What each router has of an address or a prefix."""
    prefix = IPv4Network(text, strict=False)
    for router in world.stack.managed_routers:
        found = world.seen.routers.get(router.name)
        if found is None:
            yield Step(f"{router.name} does not answer: {world.seen.errors.get(router.name, 'not asked')}", None)
            continue
        yield _at_router(router.name, prefix, found)


def _at_router(name: str, prefix: IPv4Network, found: Json) -> Step:
    rib, fib = rib_next_hops(found["rib"]), fib_next_hops(found["fib"])
    routes = found["rib"].get(str(prefix)) or []
    covering = [
        other for other in rib if "." in other and str(prefix) != other and prefix.subnet_of(IPv4Network(other))
    ]
    if str(prefix) in rib:
        hops, kernel = sorted(rib[str(prefix)]), sorted(fib.get(str(prefix), ()))
        same = hops == kernel
        installed = "the kernel has the same" if same else f"the kernel has {', '.join(kernel) or 'no such route'}"
        return Step(f"{name}: BGP's route is selected, by {', '.join(hops)}; {installed}", same)
    if str(prefix) in (found.get("networks") or {}):
        return Step(f"{name} announces it as its own network", True)
    if routes:
        return Step(f"{name}: BGP has a route, and another source's wins: vtysh -c 'show ip route {prefix}'", False)
    if covering:
        return Step(f"{name} has no route to it, and one to {', '.join(covering)}", None)
    return Step(f"{name} has no route to it from BGP", False)


def _owner(world: World, prefix: IPv4Network) -> tuple[str, tuple[Step, ...]]:
    """Whose prefix it is, and what announces it."""
    address = str(prefix.network_address)
    for service in world.of("services"):
        addresses = [*load_balancer_addresses(service), *cluster_addresses(service), *external_addresses(service)]
        if address in addresses and prefix.prefixlen == prefix.max_prefixlen:
            metadata = service["metadata"]
            return f"an address of Service {metadata['namespace']}/{metadata['name']}", of_a_service(
                world, service, address
            )
    for node in world.stack.nodes:
        ranges = pod_cidrs(world, node.name)
        if any(prefix == one or prefix.subnet_of(one) for one in ranges):
            return f"{'the' if prefix in ranges else 'in the'} PodCIDR of {node.name}", tuple(
                by_node(world, node.name, of_pod_cidr)
            )
        for link in node.interfaces:
            if link.address.ip == ip_address(address) and prefix.prefixlen == prefix.max_prefixlen:
                return f"the address of {link.name} of {node.name}", tuple(
                    by_node(world, node.name, of_interface(link.name))
                )
    for router in world.stack.routers:
        if prefix in router.bgp.networks:
            return f"a network of {router.name}", ()
        if any(prefix == link.address.network for link in router.interfaces):
            return f"a link of {router.name}", ()
    return "nothing of this stack", (Step("no Service, PodCIDR, interface or network has it", None),)


def pod_cidrs(world: World, node: str) -> list[IPv4Network]:
    """The PodCIDRs of a node: the API's, and the declared one."""
    found = [one for one in world.of("nodes") if one["metadata"]["name"] == node]
    texts = [text for one in found for text in (one.get("spec") or {}).get("podCIDRs") or []]
    declared = world.node(node)
    if declared is not None and declared.pod_cidr is not None:
        texts.append(str(declared.pod_cidr))
    ranges = (ip_network(text) for text in dict.fromkeys(texts))
    return [one for one in ranges if isinstance(one, IPv4Network)]
