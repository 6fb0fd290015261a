"""BGP peerings as both sides will have them: the node's, and the router's where the stack has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from config.bgp import Instance, InstanceOverride, Peer, PeerConfig
from config.neighbor import ListenRange, LocalAs, Neighbor, NeighborTimers, PeerGroup
from config.net import ASN, Address
from config.node import Node
from config.route_policy import PolicyUse
from config.router import Router
from config.selection import NodeSelection
from config.stack import StackConfig


@dataclass(frozen=True)
class RouterSide:
    """The router that owns the peer's address, and what it has for the node's source address."""

    path: str
    router: Router
    neighbor_path: str
    neighbor: Neighbor | None
    group: PeerGroup | None

    @property
    def settings_path(self) -> str:
        """Where the router's settings for that address stand: the neighbor's entry, else its group's."""
        if self.neighbor is not None or self.group is None:
            return self.neighbor_path
        return f"{self.path}.bgp.peerGroups[{self.router.bgp.peer_groups.index(self.group)}]"

    def place(self, name: str) -> str:
        """Where the setting in force stands: the path of the neighbor, or of its group."""
        own = self.neighbor is not None and getattr(self.neighbor, name)
        if own or self.group is None:
            return self.neighbor_path
        return f"{self.path}.bgp.peerGroups[{self.router.bgp.peer_groups.index(self.group)}]"

    @property
    def known(self) -> bool:
        """Whether the router takes a connection from that address at all."""
        return self.neighbor is not None or self.group is not None

    @property
    def remote_as(self) -> int | str | None:
        """What the router expects of the other side: a number, `external` or `internal`."""
        own = self.neighbor.remote_as if self.neighbor else None
        return own if own is not None else (self.group.remote_as if self.group else None)

    def setting(self, name: str) -> Any:
        """What is in force of a setting that neighbors and groups have: the neighbor's own, else its group's."""
        own = getattr(self.neighbor, name) if self.neighbor else None
        return own or (getattr(self.group, name) if self.group else None)

    @property
    def password_config(self) -> str | None:
        """The name of the router's password for this neighbor."""
        found: str | None = self.setting("password_config")
        return found

    @property
    def asn(self) -> int:
        """The AS number that the router speaks with to this neighbor: its own, or `localAs`."""
        return self.setting("local_asn") or self.router.bgp.asn

    @property
    def prepended(self) -> tuple[int, ...]:
        """What the router puts before the AS path of what this neighbor sends."""
        said = self.setting("local_as")
        return () if said is None or (isinstance(said, LocalAs) and not said.prepend) else (self.asn,)

    @property
    def timers(self) -> tuple[int, int]:
        """Hold time and keepalive that the router offers, in seconds."""
        found: NeighborTimers | None = self.setting("timers")
        return (found.hold, found.keepalive) if found is not None else self.router.bgp.default_timers

    @property
    def policies(self) -> PolicyUse:
        """The prefix lists and route maps for this neighbor: its own, else its group's."""
        found = {
            name: value
            for item in (self.group, self.neighbor)
            if item is not None
            for name in PolicyUse.model_fields
            if (value := getattr(item, name)) is not None
        }
        return PolicyUse(**found)

    @property
    def multihop(self) -> int:
        """The TTL that the router's eBGP uses."""
        return int(self.setting("ebgp_multihop") or 1)


@dataclass(frozen=True)
class DeclaredSession:
    """One peering of one node. `path` is the peer's YAML path.

    `address` is the peer's: the declared one, or the node's default gateway where that is to be discovered.
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
        """Whether an interface of the node has the source address that the session is to have."""
        return any(interface.address.ip == self.source for interface in self.node.interfaces)

    @property
    def local_asn(self) -> ASN | None:
        """The node's AS number, after its override."""
        own = self.override.local_asn if self.override else None
        return own if own is not None else self.instance.local_asn


def sessions(stack: StackConfig) -> Iterator[DeclaredSession]:
    """Every peering that the stack's cluster configs give its nodes."""
    if stack.bgp is None:
        return
    selection = NodeSelection(stack)
    owners = {
        interface.address.ip: (i, router) for i, router in enumerate(stack.routers) for interface in router.interfaces
    }
    books = [_Book(f"routers[{i}]", router) for i, router in enumerate(stack.routers)]
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
                    far = books[owners[address][0]].side(source) if address in owners else None
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
    """The neighbors of a router that are neither nodes nor managed routers, as FRR calls them."""
    links = [i for node in stack.nodes for i in node.interfaces]
    known = {i.address.ip for i in (*links, *(i for other in stack.managed_routers for i in other.interfaces))}
    return {neighbor.name for neighbor in router.bgp.neighbors if neighbor.address not in known}


def side_of(router: Router, source: Address) -> RouterSide:
    """What a router has for whoever speaks to it from an address."""
    return _Book("", router).side(source)


def sides_of(path: str, router: Router) -> list[RouterSide]:
    """What a router has for each neighbor, and for whoever connects from a listen range. `path`: the router's."""
    book = _Book(path, router)
    ranges = list(dict.fromkeys(item.peer_group for item in router.bgp.listen_ranges))
    return [*map(book.of_neighbor, range(len(router.bgp.neighbors))), *map(book.of_group, ranges)]


def _address(node: Node, peer: Peer) -> Address | None:
    if peer.default_gateway is None or not node.default_gateways:
        return peer.address
    return node.gateway(int(peer.default_gateway[-1]))


def _given_source(peer: Peer, override: InstanceOverride | None) -> Address | None:
    return next((o.local_address for o in override.peers if o.name == peer.name), None) if override else None


class _Book:
    """A router's neighbors by address."""

    def __init__(self, path: str, router: Router) -> None:
        self._path = path
        self._router = router
        self._groups = {group.name: group for group in router.bgp.peer_groups}
        self._neighbors = {n.address: i for i, n in enumerate(router.bgp.neighbors) if n.address is not None}

    def side(self, source: Address) -> RouterSide:
        """What the router has for a source address."""
        if source in self._neighbors:
            return self.of_neighbor(self._neighbors[source])
        listen = self._listen(source)
        return self.of_group(listen.peer_group if listen else "")

    def of_neighbor(self, index: int) -> RouterSide:
        """What the router has for one of its neighbors."""
        neighbor, where = self._router.bgp.neighbors[index], f"{self._path}.bgp.neighbors[{index}]"
        return RouterSide(self._path, self._router, where, neighbor, self._groups.get(neighbor.peer_group or ""))

    def of_group(self, name: str) -> RouterSide:
        """What the router has for a neighbor that only its group names."""
        return RouterSide(self._path, self._router, f"{self._path}.bgp.neighbors", None, self._groups.get(name))

    def _listen(self, source: Address) -> ListenRange | None:
        ranges = self._router.bgp.listen_ranges
        return next((r for r in ranges if r.prefix.version == source.version and source in r.prefix), None)
