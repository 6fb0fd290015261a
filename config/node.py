"""Kubernetes nodes and the network interfaces that the edge cares about."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from config.base import Model
from config.labels import LabelKey, Labels, LabelValue
from config.net import MAC, Address, InterfaceAddress, InterfaceName, ObjectName, Prefix
from config.ssh import SshEndpoint


class Link(Model):
    """A network interface that has no address: the stack knows its name, and not where its wire ends."""

    name: InterfaceName
    """The interface's name in the kernel."""
    mac: MAC | None = None
    """Its MAC address."""


class Interface(Model):
    """A network interface and its address.

    A `loopback` interface has no wire. The program adds a `managed` interface to a node and removes it again:
    `link` is a link without a wire (dummy if the kernel has that type, otherwise a bridge without ports),
    `secondary` is a further address on the interface of that name.
    """

    name: InterfaceName
    """The interface's name in the kernel."""
    address: InterfaceAddress
    """Its address with the prefix length of the link."""
    mac: MAC | None = None
    """Its MAC address."""
    loopback: bool = False
    """Whether no wire is behind it."""
    managed: Literal["link", "secondary"] | None = None
    """What the program makes of it on a node: a link of its own, or a further address of a link."""


def _has_address(value: Any) -> str:
    bare = isinstance(value, Link) or (isinstance(value, dict) and set(value) <= {"name", "mac"})
    return "link" if bare else "interface"


NodeInterface = Annotated[
    Annotated[Interface, Tag("interface")] | Annotated[Link, Tag("link")], Discriminator(_has_address)
]


class Route(Model):
    """A static route that the host has already (the program does not make it)."""

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
    """A node taint as Kubernetes has it."""

    key: LabelKey
    """The taint's key."""
    value: LabelValue = ""
    """The taint's value."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]
    """What becomes of pods that do not tolerate it."""


def _each(value: Any) -> Any:
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple)) else (value,)


def _one_of_a_family(gateways: tuple[Address, ...]) -> tuple[Address, ...]:
    if len({gateway.version for gateway in gateways}) < len(gateways):
        raise ValueError("one gateway, or one gateway for each address family")
    return gateways


# One address, or one of each family.
Gateways = Annotated[
    tuple[Address, ...],
    BeforeValidator(_each),
    AfterValidator(_one_of_a_family),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "maxItems": 2}]}),
]


class NodeSettings(Model):
    """What a node and a group of nodes can both say."""

    role: Literal["control-plane", "worker"] = "worker"
    """Whether the node runs the control plane."""
    links: Annotated[tuple[NodeInterface, ...], Field(min_length=1, alias="interfaces")]
    """Its network interfaces; the first one carries the InternalIP."""
    routes: tuple[Route, ...] = ()
    """Static routes that the host has already."""
    default_gateways: Gateways = Field(default=(), alias="defaultGateway")
    """Its default gateway: one address, or a list of one of each family."""
    pod_cidr: Prefix | None = None
    """The node's PodCIDR, with `ipam: kubernetes`."""
    labels: Labels = {}
    """Labels of the Node object."""
    taints: tuple[Taint, ...] = ()
    """Taints of the Node object."""


class Node(NodeSettings):
    """A node. The first interface's address is its InternalIP.

    `defaultGateway` is one address, or a list of one of each family.

    `podCIDR` is needed with `ipam: kubernetes`; with cluster-pool the operator picks it.
    """

    name: ObjectName
    """The name of the Node object and of the host."""
    ssh: SshEndpoint = SshEndpoint()
    """Where its sshd listens."""

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
        """The node's own address on the link of another one, None where it has no part in that link."""
        return next((i.address.ip for i in self.interfaces if address in i.address.network), None)

    def source_towards(self, address: Address) -> Address:
        """What packets to an address carry as their source: the address on the link of the next hop."""
        hops = [(r.to.prefixlen, r.via) for r in self.routes if address in r.to]
        gateway = self.gateway(address.version)
        if gateway is not None:
            hops.append((0, gateway))
        next_hop = max(hops, key=lambda hop: hop[0])[1] if hops else None
        near = self.on_link(address) or (self.on_link(next_hop) if next_hop else None)
        same_family = (i.address.ip for i in self.interfaces if i.address.version == address.version)
        return near or next(same_family, self.address)
