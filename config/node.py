"""Kubernetes nodes and those network interfaces that matter to the edge."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from config.base import Model
from config.labels import LabelKey, Labels, LabelValue
from config.net import MAC, Address, InterfaceAddress, InterfaceName, ObjectName, Prefix
from config.ssh import SshEndpoint


class Link(Model):
    """A network interface without an address: the stack knows its name, but not its network."""

    name: InterfaceName
    """The interface's name in the kernel."""
    mac: MAC | None = None
    """The MAC address."""


class Interface(Model):
    """A network interface and its address.

    A `loopback` interface has no wire. The program adds `managed` interfaces to a node and removes them again: `link`
    is an interface without a wire (dummy if the kernel has that type, otherwise a bridge without ports). `secondary`
    is a further address on the interface of that name.
    """

    name: InterfaceName
    """The interface's name in the kernel."""
    address: InterfaceAddress
    """The address, with the prefix length of the link."""
    mac: MAC | None = None
    """The MAC address."""
    loopback: bool = False
    """Whether the interface has no wire."""
    managed: Literal["link", "secondary"] | None = None
    """What the program creates on a node: an interface (link), or a further address of an interface (secondary)."""


def _has_address(value: Any) -> str:
    bare = isinstance(value, Link) or (isinstance(value, dict) and set(value) <= {"name", "mac"})
    return "link" if bare else "interface"


NodeInterface = Annotated[
    Annotated[Interface, Tag("interface")] | Annotated[Link, Tag("link")], Discriminator(_has_address)
]


class Route(Model):
    """A static route of the host. On a host of an existing cluster, the program does not add the route."""

    to: Prefix
    """The destination prefix."""
    via: Address
    """The next hop."""

    @model_validator(mode="after")
    def _one_family(self) -> Route:
        if self.to.version != self.via.version:
            raise ValueError("to and via of one address family")
        return self


class Taint(Model):
    """A taint of a Kubernetes node."""

    key: LabelKey
    """The taint's key."""
    value: LabelValue = ""
    """The taint's value."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]
    """The effect on pods that do not tolerate the taint."""


def _distinct(taints: tuple[Taint, ...]) -> tuple[Taint, ...]:
    pairs = Counter((taint.key, taint.effect) for taint in taints)
    for (key, effect), count in pairs.items():
        if count > 1:
            raise ValueError(f"each pair of key and effect once (the API refuses {key} {effect} {count} times)")
    return taints


def _each(value: Any) -> Any:
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple)) else (value,)


def _one_of_a_family(gateways: tuple[Address, ...]) -> tuple[Address, ...]:
    if len({gateway.version for gateway in gateways}) < len(gateways):
        raise ValueError("one gateway, or one gateway for each address family")
    return gateways


# One address, or one address of each family.
Gateways = Annotated[
    tuple[Address, ...],
    BeforeValidator(_each),
    AfterValidator(_one_of_a_family),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "maxItems": 2}]}),
]


class NodeSettings(Model):
    """Settings of nodes and groups of nodes."""

    role: Literal["control-plane", "worker"] = "worker"
    """Whether the node runs the control plane."""
    links: Annotated[tuple[NodeInterface, ...], Field(min_length=1, alias="interfaces")]
    """The network interfaces; the address of the first one is the InternalIP."""
    routes: tuple[Route, ...] = ()
    """Static routes of the host, which exist already in an existing cluster."""
    default_gateways: Gateways = Field(default=(), alias="defaultGateway")
    """The default gateway: one address, or a list with one address of each family."""
    pod_cidr: Prefix | None = None
    """The node's PodCIDR, with `ipam: kubernetes`."""
    labels: Labels = {}
    """Labels of the Node object."""
    taints: Annotated[tuple[Taint, ...], AfterValidator(_distinct)] = ()
    """Taints of the Node object."""


class Node(NodeSettings):
    """A node. The address of its first interface is its InternalIP.

    `defaultGateway` is one address, or a list with one address of each family.

    `ipam: kubernetes` requires `podCIDR`. With cluster-pool, the operator allocates the PodCIDR.
    """

    name: ObjectName
    """The name of the Node object and of the host."""
    ssh: SshEndpoint = SshEndpoint()
    """The SSH endpoint of the host."""

    @model_validator(mode="after")
    def _internal_ip_is_given(self) -> Node:
        first = self.links[0]
        if isinstance(first, Link):
            raise ValueError("an address on the first interface (the node's InternalIP)")
        if first.managed:
            raise ValueError("a first interface without managed (the interface has the node's InternalIP)")
        return self

    @property
    def interfaces(self) -> tuple[Interface, ...]:
        """The interfaces that have an address."""
        return tuple(link for link in self.links if isinstance(link, Interface))

    @property
    def address(self) -> Address:
        """The InternalIP."""
        return self.interfaces[0].address.ip

    def gateway(self, version: int) -> Address | None:
        """The default gateway of an address family (4, 6)."""
        return next((gateway for gateway in self.default_gateways if gateway.version == version), None)

    def on_link(self, address: Address) -> Address | None:
        """The node's own address on the link of another address. None: the node is not on that link."""
        return next((i.address.ip for i in self.interfaces if address in i.address.network), None)

    def source_towards(self, address: Address) -> Address:
        """The source address of packets to an address: the node's address on the link of the next hop."""
        hops = [(r.to.prefixlen, r.via) for r in self.routes if address in r.to]
        gateway = self.gateway(address.version)
        if gateway is not None:
            hops.append((0, gateway))
        next_hop = max(hops, key=lambda hop: hop[0])[1] if hops else None
        near = self.on_link(address) or (self.on_link(next_hop) if next_hop else None)
        same_family = (i.address.ip for i in self.interfaces if i.address.version == address.version)
        return near or next(same_family, self.address)
