"""The containers of a stack of kind docker or kind, and the networks between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from config.cluster import KindCluster
from config.net import Address
from config.node import Interface, Node, Route
from config.outpost import Outpost
from config.router import Router
from config.stack import StackConfig


@dataclass(frozen=True)
class Wire:
    """A container's end of a network."""

    network: str
    address: Address


@dataclass(frozen=True)
class Network:
    """One subnet. `gateway` is the engine's own address on it: none of the stack's hosts has it.

    With `masquerade` Docker translates what leaves the subnet: then nodes reach registries. Of several networks none
    has it, because Docker also translates what a router passes from one to another, and answers get lost.
    `existing` is the name of a network that the stack does not make.
    """

    name: str
    subnet: IPv4Network
    gateway: Address
    masquerade: bool
    existing: str | None = None


@dataclass(frozen=True)
class Container:
    """A host. `links` have no wire: they are made in the container; `routes` and gateways are set there."""

    name: str
    role: str
    wires: tuple[Wire, ...]
    links: tuple[Interface, ...] = ()
    routes: tuple[Route, ...] = ()
    gateways: tuple[Address, ...] = ()

    @property
    def address(self) -> Address:
        """Where its sshd is reached."""
        return self.wires[0].address


def networks(stack: StackConfig) -> tuple[Network, ...]:
    """Every subnet that a host has a wire in, in the order of the file."""
    taken = {interface.address.ip for interface in _interfaces(stack)}
    subnets = dict.fromkeys(interface.address.network for interface in _interfaces(stack) if _wired(interface))
    cluster = stack.cluster
    there = {cluster.subnet: cluster.network} if isinstance(cluster, KindCluster) and not cluster.create else {}
    return tuple(
        Network(name(subnet), subnet, _gateway(stack, subnet, taken), len(subnets) == 1, there.get(subnet))
        for subnet in subnets
        if isinstance(subnet, IPv4Network)
    )


def control_plane(stack: StackConfig) -> Node:
    """The one node that kubeadm begins with."""
    return next(node for node in stack.nodes if node.role == "control-plane")


def containers(stack: StackConfig) -> tuple[Container, ...]:
    """Every host that the stack makes: routers, nodes (but for those that kind makes), outposts."""
    nodes = () if isinstance(stack.cluster, KindCluster) else stack.nodes
    return (*map(_router, stack.managed_routers), *map(_node, nodes), *map(_outpost, stack.outposts))


def name_on_engine(stack: str, thing: str) -> str:
    """What the engine calls a container or a network of a stack. `stack`: the stack's name."""
    return f"{stack}-{thing}"


def container_of(stack: StackConfig, name: str, host: str) -> str:
    """What the engine calls a host's container. `name`: the stack's."""
    kinds_own = isinstance(stack.cluster, KindCluster) and any(node.name == host for node in stack.nodes)
    return host if kinds_own else name_on_engine(name, host)


def name(subnet: object) -> str:
    """A network's name, without the stack's: `192.168.10.0-24`."""
    return str(subnet).replace("/", "-")


def _interfaces(stack: StackConfig) -> Iterator[Interface]:
    for router in stack.managed_routers:
        yield from router.interfaces
    for node in stack.nodes:
        yield from node.interfaces
    yield from (Interface(name="eth0", address=outpost.address) for outpost in stack.outposts)


def _wired(interface: Interface) -> bool:
    return not interface.loopback and interface.managed is None


def _wires(interfaces: tuple[Interface, ...]) -> tuple[Wire, ...]:
    return tuple(Wire(name(one.address.network), one.address.ip) for one in interfaces if _wired(one))


def _router(router: Router) -> Container:
    return Container(
        router.name, "router", _wires(router.interfaces), tuple(one for one in router.interfaces if one.loopback)
    )


def _node(node: Node) -> Container:
    loopbacks = tuple(one for one in node.interfaces if one.loopback)
    return Container(node.name, node.role, _wires(node.interfaces), loopbacks, node.routes, node.default_gateways)


def _outpost(outpost: Outpost) -> Container:
    return Container(outpost.name, "outpost", (Wire(name(outpost.address.network), outpost.address.ip),))


def _gateway(stack: StackConfig, subnet: IPv4Network, taken: set[Address]) -> Address:
    """An address that no host has: the last one, because people give away the first ones.

    Docker itself gives kind's nodes the first ones behind the gateway.
    """
    first = next(subnet.hosts())
    if isinstance(stack.cluster, KindCluster) and first not in taken:
        return first
    for number in range(int(subnet.broadcast_address) - 1, int(subnet.network_address), -1):
        if IPv4Address(number) not in taken:
            return IPv4Address(number)
    return subnet.broadcast_address
