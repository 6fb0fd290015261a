"""The BGP sessions that a stack declares: the node's side, and the router's side if known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config.bgp import Instance, InstanceOverride, Peer, PeerConfig
from config.net import ASN, Address
from config.node import Node
from config.router import Router
from config.selection import NodeSelection
from config.stack import StackConfig
from effective.peerings.router_side import RouterNeighbors, RouterSide


@dataclass(frozen=True)
class DeclaredSession:
    """One peering of one node. `path` is the peer's YAML path.

    `address` is the peer's: the declared address, or with auto-discovery the node's default gateway.
    """

    path: str
    instance_path: str
    node: Node
    node_path: str
    instance: Instance
    override: InstanceOverride | None
    peer: Peer
    peer_config: PeerConfig | None
    override_path: str
    address: Address | None
    source: Address
    on_link: bool
    far: RouterSide | None

    def __str__(self) -> str:
        return f"{self.node.name} - {self.far.router.name if self.far else self.address}"

    @property
    def source_is_there(self) -> bool:
        """Whether an interface of the node has the source address of the session."""
        return any(interface.address.ip == self.source for interface in self.node.interfaces)

    @property
    def local_asn(self) -> ASN | None:
        """The node's AS number, including the override."""
        own = self.override.local_asn if self.override else None
        return own if own is not None else self.instance.local_asn


def declared_sessions(stack: StackConfig) -> Iterator[DeclaredSession]:
    """Every peering of the nodes from the stack's cluster configs."""
    if stack.bgp is None:
        return
    selection = NodeSelection(stack)
    owners = {
        interface.address.ip: (i, router) for i, router in enumerate(stack.routers) for interface in router.interfaces
    }
    routers = [RouterNeighbors(f"routers[{i}]", router) for i, router in enumerate(stack.routers)]
    configs = {item.name: item for item in stack.bgp.peer_configs}
    overrides = {
        (item.node, one.name): (f"bgp.nodeOverrides[{i}].instances[{j}]", one)
        for i, item in enumerate(stack.bgp.node_overrides)
        for j, one in enumerate(item.instances)
    }
    for c, config in enumerate(stack.bgp.cluster_configs):
        chosen = {node.name for node in selection.chosen(config.node_selector)}
        for n, node in enumerate(stack.nodes):
            if node.name not in chosen:
                continue
            for k, instance in enumerate(config.instances):
                override_path, override = overrides.get((node.name, instance.name), ("", None))
                for p, peer in enumerate(instance.peers):
                    where = f"bgp.clusterConfigs[{c}].instances[{k}]"
                    address = _address(node, peer)
                    source = _given_source(peer, override)
                    source = source or (node.source_towards(address) if address else node.address)
                    far = routers[owners[address][0]].side(source) if address in owners else None
                    yield DeclaredSession(
                        f"{where}.peers[{p}]",
                        where,
                        node,
                        f"nodes[{n}]",
                        instance,
                        override,
                        peer,
                        configs.get(peer.peer_config_ref or ""),
                        override_path,
                        address,
                        source,
                        address is not None and node.on_link(address) is not None,
                        far,
                    )


def foreign(stack: StackConfig, router: Router) -> set[str]:
    """The names (in FRR) of a router's neighbors that are neither nodes nor managed routers."""
    links = [i for node in stack.nodes for i in node.interfaces]
    known = {i.address.ip for i in (*links, *(i for other in stack.managed_routers for i in other.interfaces))}
    return {neighbor.name for neighbor in router.bgp.neighbors if neighbor.address not in known}


def _address(node: Node, peer: Peer) -> Address | None:
    if peer.default_gateway is None or not node.default_gateways:
        return peer.address
    return node.gateway(int(peer.default_gateway[-1]))


def _given_source(peer: Peer, override: InstanceOverride | None) -> Address | None:
    return next((o.local_address for o in override.peers if o.name == peer.name), None) if override else None
