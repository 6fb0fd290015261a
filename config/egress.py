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
    namespace_selector: LabelSelector | None = None
    node_selector: LabelSelector | None = None


class EgressGateway(Model):
    """The gateway nodes, and the egress address: the first address of an interface, or a given address."""

    node_selector: LabelSelector = LabelSelector()
    interface: InterfaceName | None = None
    egress_ip: Address | None = Field(default=None, alias="egressIP")


class EgressGroup(EgressGateway):
    """A group of gateways that replace each other. At most `maxGatewayNodes` serve at a time."""

    max_gateway_nodes: Annotated[int, Field(ge=1, le=64)] | None = None


class EgressPolicy(Model):
    """An egress policy: `egressGateway` is Cilium's own kind, `egressGroups` is the HA form.

    `kind` overrides the resource kind that the edition would choose.
    """

    name: ObjectName
    kind: EgressKind | None = None
    selectors: tuple[EgressSelector, ...] = ()
    destination_cidrs: Annotated[tuple[Prefix, ...], Field(min_length=1)]
    excluded_cidrs: tuple[Prefix, ...] = ()
    egress_gateway: EgressGateway | None = None
    egress_gateways: tuple[EgressGateway, ...] = ()
    egress_groups: tuple[EgressGroup, ...] = ()
    egress_cidrs: tuple[Prefix, ...] = ()
    az_affinity: AzAffinity = "disabled"

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
    namespace: ObjectName = "kube-system"
    replicas: Annotated[int, Field(ge=1, le=5)] = 2
    probe_interval: Annotated[float, Field(ge=0.05, le=60)] = 0.25
    misses: Annotated[int, Field(ge=1, le=100)] = 3
    recoveries: Annotated[int, Field(ge=1, le=100)] = 3
    max_hold: Annotated[float, Field(ge=0, le=3600)] = 60
    address_lifetime: Annotated[int, Field(ge=2, le=600)] = 5
    lease: Annotated[float, Field(ge=1, le=60)] = 2
    uplink_checks: bool = True
    settle: Annotated[float, Field(ge=0, le=600)] = 3
    agent_health_port: Annotated[int, Field(ge=0, le=65535)] = 9879
    probe_port: Annotated[int, Field(ge=1024, le=65535)] = 4254
    metrics_port: Annotated[int, Field(ge=1024, le=65535)] = 4255
    metrics_listen: Literal["node", "loopback"] = "node"
    node_selector: LabelSelector = LabelSelector()

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
