"""The containers of a stack of kind docker, and the networks between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

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
    """One subnet. `gateway` is the engine's own address on it: none of the stack's hosts has it."""

    name: str
    subnet: IPv4Network
    gateway: Address


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
    return tuple(
        Network(name(subnet), subnet, _free(subnet, taken)) for subnet in subnets if isinstance(subnet, IPv4Network)
    )


def control_plane(stack: StackConfig) -> Node:
    """The one node that kubeadm begins with."""
    return next(node for node in stack.nodes if node.role == "control-plane")


def containers(stack: StackConfig) -> tuple[Container, ...]:
    """Every host: routers, nodes, outposts."""
    return (*map(_router, stack.managed_routers), *map(_node, stack.nodes), *map(_outpost, stack.outposts))


def name_on_engine(stack: str, thing: str) -> str:
    """What the engine calls a container or a network of a stack. `stack`: the stack's name."""
    return f"{stack}-{thing}"


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


def _free(subnet: object, taken: set[Address]) -> Address:
    """The last address that no host has: the first ones are what people give away."""
    assert isinstance(subnet, IPv4Network)
    for number in range(int(subnet.broadcast_address) - 1, int(subnet.network_address), -1):
        if IPv4Address(number) not in taken:
            return IPv4Address(number)
    return subnet.broadcast_address
