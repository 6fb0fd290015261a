"""Routes: from routers to addresses of Services and to pods of nodes, and from nodes back through routers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from config.stack import StackConfig
from config.workload import BGP_CLASS, Service
from effective.announcements import advertises_pod_cidr, carried, carries, selecting
from effective.behind import behind
from effective.peerings.agreed import timers
from effective.peerings.declared import DeclaredSession, declared_sessions
from failures.thing import RedundantPath, Thing


def things(stack: StackConfig) -> Iterator[Thing]:
    """Addresses, pods of each node, and return paths."""
    found = [session for session in declared_sessions(stack) if session.far is not None]
    yield from _addresses(stack, found)
    pods: dict[str, list[RedundantPath]] = defaultdict(list)
    for session in found:
        version = (session.node.pod_cidr or stack.cluster.pod_cidr).version
        if advertises_pod_cidr(stack, session.peer_config, version) and _speaks(session, version):
            pods[session.node.name].append(_redundant_path(session))
    yield from (Thing("pods", (f"pods of {node}",), tuple(paths), "sessions") for node, paths in pods.items())
    yield from _back(stack)


def _addresses(stack: StackConfig, found: list[DeclaredSession]) -> Iterator[Thing]:
    """The addresses of Services. Services that the same sessions announce are one thing."""
    configs = {session.peer_config.name: session.peer_config for session in found if session.peer_config}
    alike: dict[tuple[frozenset[str], frozenset[str] | None, int], list[Service]] = defaultdict(list)
    for service in stack.services:
        if service.type != "LoadBalancer" or service.load_balancer_class not in (None, BGP_CLASS):
            continue
        for version in _versions(stack, service):
            by = frozenset(
                name
                for name, config in configs.items()
                for entry in selecting(service, carried(stack, config, version))
                if "LoadBalancerIP" in entry.addresses
            )
            if by:
                alike[by, _local(stack, service), version].append(service)
    for (by, local, version), services in alike.items():
        paths = tuple(
            _redundant_path(session)
            for session in found
            if session.peer_config and session.peer_config.name in by and _speaks(session, version)
            if local is None or session.node.name in local
        )
        names = (called(one) + (f" IPv{version}" if len(_versions(stack, one)) > 1 else "") for one in services)
        yield Thing("address", tuple(names), paths, "next hops")


def _versions(stack: StackConfig, service: Service) -> list[int]:
    """The IP versions of a Service's addresses, as far as the stack says them."""
    return [int(family[-1]) for family in service.ip_families] or [stack.cluster.service_cidr.version]


def _speaks(session: DeclaredSession, version: int) -> bool:
    """Whether a session carries an IP version. A node without an address of the peer's family has no session."""
    address = session.address
    return address is None or (carries(address, version) and address.version == session.source.version)


def called(service: Service) -> str:
    """A Service's name, and its requested addresses."""
    asked = ", ".join(map(str, service.asked))
    return f"{service.namespace}/{service.name}" + (f" ({asked})" if asked else "")


def _local(stack: StackConfig, service: Service) -> frozenset[str] | None:
    """With policy Local: the nodes that have a pod. None: any node may announce."""
    if service.external_traffic_policy != "Local":
        return None
    pods = list(behind(stack, service))
    return frozenset(one.node for one in pods if one.node) if pods and all(one.node for one in pods) else None


def _redundant_path(session: DeclaredSession) -> RedundantPath:
    far = session.far
    assert far is not None
    node, router = session.node.name, far.router.name
    parts = {f"node/{node}", f"router/{router}", f"session/{node} - {router}", *_links(session)}
    # During a graceful restart, a router keeps the routes even of a node that does not return.
    config = session.peer_config
    waits = (config.timers.graceful_restart or 0) if config and far.router.bgp.graceful_restart else 0
    return RedundantPath(frozenset(parts), float(timers(session)[0] + waits))


def _links(session: DeclaredSession) -> Iterator[str]:
    """The node's link with the source address, and the router's links on the same network. Others are unknown.

    A loopback address of a router stays reachable without a particular link.
    """
    near = [i for i in session.node.interfaces if i.address.ip == session.source and not i.loopback]
    yield from (f"link/{session.node.name}/{i.name}" for i in near)
    if session.far is not None:
        router = session.far.router
        yield from (
            f"link/{router.name}/{link.name}"
            for link in router.interfaces
            if not link.loopback and any(link.address.network == i.address.network for i in near)
        )


def _back(stack: StackConfig) -> Iterator[Thing]:
    """Static routes and default gateways of nodes through a router."""
    owners = {i.address.ip: (router, i) for router in stack.routers for i in router.interfaces}
    alike: dict[RedundantPath, list[str]] = defaultdict(list)
    for node in stack.nodes:
        hops = [(str(route.to), route.via) for route in node.routes]
        for to, via in [*hops, *(("everywhere", gateway) for gateway in node.default_gateways)]:
            if via in owners:
                router, link = owners[via]
                here = next((f"link/{node.name}/{i.name}" for i in node.interfaces if via in i.address.network), None)
                parts = {
                    f"router/{router.name}",
                    f"link/{router.name}/{link.name}",
                    f"node/{node.name}",
                    *([here] if here else []),
                }
                alike[RedundantPath(frozenset(parts))].append(f"{node.name} to {to}")
    yield from (Thing("way back", tuple(names), (path,), "ways") for path, names in alike.items())
