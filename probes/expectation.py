"""What the stack promises: sessions and prefixes, derived from the declaration alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config.bgp import AdvertisementSet, Peer, PeerConfig
from config.net import Address
from config.node import Node
from config.router import Router
from config.stack import StackConfig
from config.workload import Service


@dataclass(frozen=True)
class Session:
    """One BGP session between a node and a router. Timers are the agreed ones, in seconds."""

    router: Router
    node: Node
    peer: Peer
    peer_config: PeerConfig | None
    local_asn: int | None
    hold: int
    keepalive: int

    @property
    def node_address(self) -> Address:
        """The node's address as the router sees it."""
        return source_address(self.node, self.peer)

    def __str__(self) -> str:
        return f"{self.node.name} - {self.router.name}"


def sessions(stack: StackConfig) -> tuple[Session, ...]:
    """Every session that the stack declares on Cilium's side towards a router of the stack."""
    return tuple(_sessions(stack))


def _sessions(stack: StackConfig) -> Iterator[Session]:
    if stack.bgp is None:
        return
    configs = {item.name: item for item in stack.bgp.peer_configs}
    for cluster_config in stack.bgp.cluster_configs:
        for node in stack.nodes:
            selector = cluster_config.node_selector
            if selector is not None and not selector.matches(stack.node_labels(node)):
                continue
            for instance in cluster_config.instances:
                for peer in instance.peers:
                    router = _router_at(stack, peer)
                    if router is None:
                        continue
                    config = configs.get(peer.peer_config_ref or "")
                    hold, keepalive = _agreed(router, node, peer, config)
                    yield Session(router, node, peer, config, instance.local_asn, hold, keepalive)


def source_address(node: Node, peer: Peer) -> Address:
    """The address a node opens the session from: the one on the peer's subnet, else its first."""
    for interface in node.interfaces:
        if peer.address is not None and peer.address in interface.address.network:
            return interface.address.ip
    return node.address


def advertises_pod_cidr(stack: StackConfig, session: Session) -> bool:
    """Whether the node's PodCIDR is announced in this session."""
    return any(
        entry.type == "PodCIDR" for item in _carried(stack, session) for entry in item.advertisements
    )


def advertises_service(stack: StackConfig, session: Session, service: Service) -> bool:
    """Whether the Service's LoadBalancer address is announced in this session."""
    return service.type == "LoadBalancer" and any(
        entry.type == "Service"
        and "LoadBalancerIP" in entry.addresses
        and entry.selector is not None
        and entry.selector.matches(service.labels)
        for item in _carried(stack, session)
        for entry in item.advertisements
    )


def _carried(stack: StackConfig, session: Session) -> Iterator[AdvertisementSet]:
    if stack.bgp is None or session.peer_config is None:
        return
    for family in session.peer_config.families:
        if family.advertisements is None:
            continue
        for item in stack.bgp.advertisements:
            if family.advertisements.matches(item.labels):
                yield item


def _router_at(stack: StackConfig, peer: Peer) -> Router | None:
    return next(
        (r for r in stack.routers if any(i.address.ip == peer.address for i in r.interfaces)), None
    )


def _agreed(router: Router, node: Node, peer: Peer, config: PeerConfig | None) -> tuple[int, int]:
    """Hold time is the smaller one offered; keepalive never more than a third of it (RFC 4271)."""
    # FRR's traditional defaults and Cilium's own, where nothing is declared.
    hold, keepalive = (config.timers.hold, config.timers.keepalive) if config else (90, 30)
    offered = 180
    address = source_address(node, peer)
    neighbor = next((n for n in router.bgp.neighbors if n.address == address), None)
    group = next(
        (g for g in router.bgp.peer_groups if neighbor and g.name == neighbor.peer_group), None
    )
    for item in (group, neighbor):
        if item is not None and item.timers is not None:
            offered = item.timers.hold
    agreed = min(hold, offered)
    return agreed, min(keepalive, agreed // 3)
