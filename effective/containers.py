"""The containers of a stack of kind docker or kind, and the networks between them."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from config.cluster import KindCluster
from config.engine_address import engine_addresses
from config.net import Address, InterfaceAddress
from config.node import Interface, Node, Route
from config.outpost import Outpost
from config.router import Router
from config.stack import StackConfig
from config.wires import wired


@dataclass(frozen=True)
class Wire:
    """A container's end of a network. Without an address, Docker picks one."""

    network: str
    address: Address | None


@dataclass(frozen=True)
class Network:
    """A subnet. `gateway` is the engine's own address in the subnet, which no host of the stack has.

    With `masquerade`, Docker translates packets that leave the subnet, so that nodes reach registries. A stack with
    several networks has no masquerading: Docker would also translate packets that a router forwards from one network
    to another, and replies would get lost. `existing` is the name of a network that the stack does not make.
    """

    name: str
    subnet: IPv4Network
    gateway: Address
    masquerade: bool
    existing: str | None = None


@dataclass(frozen=True)
class Container:
    """A host. `links` (interfaces without a wire), `routes` and `gateways` are set inside the container.

    `added` are addresses that the container gets in addition to Docker's own: Docker accepts no fixed address in a
    network whose subnet Docker itself has chosen, as in the networks that the kind CLI makes.
    """

    name: str
    role: str
    wires: tuple[Wire, ...]
    links: tuple[Interface, ...] = ()
    routes: tuple[Route, ...] = ()
    gateways: tuple[Address, ...] = ()
    added: tuple[InterfaceAddress, ...] = ()

    @property
    def address(self) -> Address | None:
        """The address of the container's sshd. None: the address that Docker picks."""
        return self.wires[0].address


def networks(stack: StackConfig) -> tuple[Network, ...]:
    """The subnets of all hosts' wires, in the order of the file."""
    subnets = engine_addresses(stack)
    there = _existing(stack)
    return tuple(
        Network(name(subnet), subnet, engine, len(subnets) == 1, there.get(subnet))
        for subnet, engine in subnets.items()
        # The validation of the stack refuses a subnet without an address for the engine.
        if engine is not None
    )


def control_plane(stack: StackConfig) -> Node:
    """The node of the control plane."""
    return next(node for node in stack.nodes if node.role == "control-plane")


def containers(stack: StackConfig) -> tuple[Container, ...]:
    """Every host that the stack makes: routers, nodes (without the nodes that kind makes), outposts."""
    nodes = () if isinstance(stack.cluster, KindCluster) else stack.nodes
    routers = [_router(router, _existing(stack)) for router in stack.managed_routers]
    return (*routers, *map(of_node, nodes), *map(_outpost, stack.outposts))


def of_node(node: Node) -> Container:
    """A node as a container. Of a node that kind makes, only what is set inside the container counts."""
    loopbacks = tuple(one for one in node.interfaces if one.loopback)
    return Container(node.name, node.role, _wires(node.interfaces), loopbacks, node.routes, node.default_gateways)


def name_on_engine(stack: str, thing: str) -> str:
    """The name of a container or network on the engine. `stack`: the name of the stack."""
    return f"{stack}-{thing}"


def container_of(stack: StackConfig, name: str, host: str) -> str:
    """The name of a host's container on the engine. `name`: the name of the stack."""
    kinds_own = isinstance(stack.cluster, KindCluster) and any(node.name == host for node in stack.nodes)
    return host if kinds_own else name_on_engine(name, host)


def name(subnet: object) -> str:
    """A network's name, without the stack's: `192.168.10.0-24`."""
    return str(subnet).replace("/", "-")


def _wires(interfaces: tuple[Interface, ...]) -> tuple[Wire, ...]:
    return tuple(Wire(name(one.address.network), one.address.ip) for _, one in wired(interfaces))


def _existing(stack: StackConfig) -> dict[object, str]:
    """Subnet -> name, of the network that an existing kind cluster has."""
    cluster = stack.cluster
    return {cluster.subnet: cluster.network} if isinstance(cluster, KindCluster) and not cluster.create else {}


def _router(router: Router, existing: dict[object, str]) -> Container:
    addresses = [one.address for _, one in wired(router.interfaces)]
    return Container(
        router.name,
        "router",
        tuple(Wire(name(one.network), None if one.network in existing else one.ip) for one in addresses),
        tuple(one for one in router.interfaces if one.loopback),
        added=tuple(one for one in addresses if one.network in existing),
    )


def _outpost(outpost: Outpost) -> Container:
    return Container(outpost.name, "outpost", (Wire(name(outpost.address.network), outpost.address.ip),))
