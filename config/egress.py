"""Egress gateways: which pods leave the cluster through which nodes, with which addresses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.base import Model
from config.labels import LabelSelector
from config.net import Address, InterfaceName, ObjectName, Prefix
from config.text import Image

# The project's own kind for the HA form.
HA_GROUP = "cilium-edge.io"
HA_VERSION = "v1alpha1"
HA_API_VERSION = f"{HA_GROUP}/{HA_VERSION}"
HA_KIND = "EgressGatewayHAPolicy"
# What the component makes, and the controller fills: the Lease of who acts, and the Secret of the probes' keys.
HA_LEASE = "egress-ha"
HA_KEYS = "egress-ha-keys"
HA_SATISFIED = f"{HA_GROUP}/IPAMRequestSatisfied"
HA_ACCEPTED = f"{HA_GROUP}/Accepted"

# Every host has it, those whose own address is IPv6 too, and the kubelet asks there.
LOOPBACK = "127.0.0.1"
AzAffinity = Literal["disabled", "localOnly", "localOnlyFirst", "localPriority"]
EgressKind = Literal["CiliumEgressGatewayPolicy", "IsovalentEgressGatewayPolicy"]


class EgressSelector(Model):
    """The pods whose traffic the policy covers, by labels of the pod, of its namespace and of its node."""

    pod_selector: LabelSelector | None = None
    """Pods by their own labels."""
    namespace_selector: LabelSelector | None = None
    """Pods by their namespace's labels."""
    node_selector: LabelSelector | None = None
    """Pods by their node's labels."""


class EgressGateway(Model):
    """The gateway nodes, and the egress address: the first address of an interface, or a given address."""

    node_selector: LabelSelector = LabelSelector()
    """The gateway nodes; empty: all."""
    interface: InterfaceName | None = None
    """The interface whose first address traffic leaves with."""
    egress_ip: Address | None = Field(default=None, alias="egressIP")
    """The address that traffic leaves with."""


class EgressGroup(EgressGateway):
    """A group of gateways that replace each other. At most `maxGatewayNodes` serve at a time."""

    max_gateway_nodes: Annotated[int, Field(ge=1, le=64)] | None = None
    """The most gateways that serve at a time; unset: all."""


class EgressPolicy(Model):
    """An egress policy: `egressGateway` is Cilium's own kind, `egressGroups` is the HA form.

    `kind` overrides the resource kind that the edition would choose.
    """

    name: ObjectName
    """The object's name."""
    kind: EgressKind | None = None
    """The kind of object that carries the policy; unset: as the edition has it."""
    selectors: tuple[EgressSelector, ...] = ()
    """Whose traffic."""
    destination_cidrs: Annotated[tuple[Prefix, ...], Field(min_length=1)]
    """The destinations that the policy is of."""
    excluded_cidrs: tuple[Prefix, ...] = ()
    """Destinations inside that it is not of."""
    egress_gateway: EgressGateway | None = None
    """The gateway of Cilium's own kind."""
    egress_gateways: tuple[EgressGateway, ...] = ()
    """Several gateways of Cilium's own kind, each for a part of the pods (from 1.18)."""
    egress_groups: tuple[EgressGroup, ...] = ()
    """Groups of gateways that stand in for each other (the HA form)."""
    egress_cidrs: tuple[Prefix, ...] = ()
    """The prefixes that gateways of the HA form get their addresses from."""
    az_affinity: AzAffinity = "disabled"
    """How far gateways of the pod's own zone are preferred, in the HA form."""

    def isovalent(self, edition: str) -> bool:
        """Whether Isovalent's kind carries the policy."""
        if self.kind is not None:
            return self.kind == "IsovalentEgressGatewayPolicy"
        return edition == "enterprise" and bool(self.egress_groups)

    def by_controller(self, edition: str) -> bool:
        """Whether it is the HA form without Isovalent's kind, which the project's own controller carries out."""
        return bool(self.egress_groups) and not self.isovalent(edition)

    def gateways(self) -> tuple[tuple[str, EgressGateway], ...]:
        """Every gateway entry with its YAML path inside the policy. The list wins over the single one."""
        if self.egress_groups:
            return tuple((f"egressGroups[{i}]", group) for i, group in enumerate(self.egress_groups))
        if self.egress_gateways:
            return tuple((f"egressGateways[{i}]", item) for i, item in enumerate(self.egress_gateways))
        return (("egressGateway", self.egress_gateway),) if self.egress_gateway else ()


class EgressHA(Model):
    """The controller that gives open-source Cilium highly available egress. Times are in seconds.

    A gateway is lost after `misses` missed probes in a row, and back after `recoveries` answered probes. A flapping
    gateway stays away longer each time, up to `maxHold`. `addressLifetime` is how long the kernel keeps an address
    from egressCIDRs without confirmation. With `uplinkChecks`, gateways also check their way out: a route to the
    destination, the route's link, and ARP for the next hop. A new address makes an agent reload its datapath.
    Traffic therefore returns to a gateway `settle` after an address came to it, and only when its agent answers on
    `agentHealthPort` (0: no check). `image` is the controller's image; a lab needs none. `metricsListen` puts
    metrics on the node's address or on its loopback.
    """

    image: Image | None = None
    """The controller's image; a lab has its own."""
    namespace: ObjectName = "kube-system"
    """The namespace of the controller."""
    replicas: Annotated[int, Field(ge=1, le=5)] = 2
    """How many controllers there are, of which one acts."""
    probe_interval: Annotated[float, Field(ge=0.05, le=60)] = 0.25
    """Seconds between probes of a gateway."""
    misses: Annotated[int, Field(ge=1, le=100)] = 3
    """How many probes in a row a lost gateway has missed."""
    recoveries: Annotated[int, Field(ge=1, le=100)] = 3
    """How many probes in a row a returned gateway has answered."""
    max_hold: Annotated[float, Field(ge=0, le=3600)] = 60
    """The most seconds that a flapping gateway is kept waiting."""
    address_lifetime: Annotated[int, Field(ge=2, le=600)] = 5
    """Seconds that the kernel keeps an address that nobody confirms."""
    lease: Annotated[float, Field(ge=1, le=60)] = 2
    """Seconds until another controller takes over."""
    uplink_checks: bool = True
    """Whether gateways look after their way out: route, link, ARP of the next hop."""
    settle: Annotated[float, Field(ge=0, le=600)] = 3
    """Seconds until traffic goes back to a gateway that got an address."""
    agent_health_port: Annotated[int, Field(ge=0, le=65535)] = 9879
    """The TCP port of the agent's health on the node; 0: it is not asked."""
    probe_port: Annotated[int, Field(ge=1024, le=65535)] = 4254
    """The UDP port of the probes on nodes."""
    metrics_port: Annotated[int, Field(ge=1024, le=65535)] = 4255
    """The TCP port of the metrics."""
    metrics_listen: Literal["node", "loopback"] = "node"
    """Where metrics are to be had: on the node's address, or on its loopback."""
    node_selector: LabelSelector = LabelSelector()
    """The nodes that the controllers run on, by `matchLabels`; empty: any, gateways last."""

    @property
    def silence(self) -> float:
        """After so many seconds without a word a gateway has none of its addresses any more.

        It hears itself cut off after one lifetime, its kernel drops them after another, with a second to spare.
        """
        return 2.0 * self.address_lifetime + 1

    def metrics_on(self, node: Address) -> str:
        """The address that metrics are to be had on."""
        return str(node) if self.metrics_listen == "node" else LOOPBACK

    @property
    def arguments(self) -> dict[str, object]:
        """What the controller's processes are told: option (without dashes) -> value. The rest is the manifests'."""
        names = (
            "probe_interval",
            "misses",
            "recoveries",
            "max_hold",
            "uplink_checks",
            "settle",
            "agent_health_port",
            "address_lifetime",
            "lease",
            "namespace",
            "probe_port",
            "metrics_port",
            "metrics_listen",
        )
        return {name.replace("_", "-"): getattr(self, name) for name in names}
