"""Egress gateways: the nodes and source addresses with which traffic of selected pods leaves the cluster."""

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
# The component makes the Lease of the acting controller and the Secret of the probe keys. The controller fills both.
HA_LEASE = "egress-ha"
HA_KEYS = "egress-ha-keys"
HA_SATISFIED = f"{HA_GROUP}/IPAMRequestSatisfied"
HA_ACCEPTED = f"{HA_GROUP}/Accepted"

# IPv4 on every host, also on hosts with an IPv6 address: the kubelet probes this address.
LOOPBACK = "127.0.0.1"
AzAffinity = Literal["disabled", "localOnly", "localOnlyFirst", "localPriority"]
EgressKind = Literal["CiliumEgressGatewayPolicy", "IsovalentEgressGatewayPolicy"]


class EgressSelector(Model):
    """The pods that the policy applies to, by labels of the pod, of its namespace and of its node."""

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
    """The interface whose first address is the source address."""
    egress_ip: Address | None = Field(default=None, alias="egressIP")
    """The source address of the traffic that leaves the cluster."""


class EgressGroup(EgressGateway):
    """A group of gateways that replace each other. At most `maxGatewayNodes` serve at a time."""

    max_gateway_nodes: Annotated[int, Field(ge=1, le=64)] | None = None
    """The maximum number of gateways that serve at a time; unset: all."""


class EgressPolicy(Model):
    """An egress policy. `egressGateway` selects Cilium's own kind, `egressGroups` the HA form.

    `kind` overrides the resource kind of the edition.
    """

    name: ObjectName
    """The object's name."""
    kind: EgressKind | None = None
    """The kind of the policy object; unset: the kind of the edition."""
    selectors: tuple[EgressSelector, ...] = ()
    """The pods that the policy applies to."""
    destination_cidrs: Annotated[tuple[Prefix, ...], Field(min_length=1)]
    """The destinations that the policy applies to."""
    excluded_cidrs: tuple[Prefix, ...] = ()
    """Destinations inside `destinationCIDRs` that the policy does not apply to."""
    egress_gateway: EgressGateway | None = None
    """The gateway, with Cilium's own kind."""
    egress_gateways: tuple[EgressGateway, ...] = ()
    """Several gateways, each for a part of the pods, with Cilium's own kind (from 1.18)."""
    egress_groups: tuple[EgressGroup, ...] = ()
    """Groups of gateways that replace each other (the HA form)."""
    egress_cidrs: tuple[Prefix, ...] = ()
    """The prefixes from which gateways of the HA form get their addresses."""
    az_affinity: AzAffinity = "disabled"
    """How strongly gateways in the pod's own zone are preferred, in the HA form."""

    def isovalent(self, edition: str) -> bool:
        """Whether the policy object is of Isovalent's kind."""
        if self.kind is not None:
            return self.kind == "IsovalentEgressGatewayPolicy"
        return edition == "enterprise" and bool(self.egress_groups)

    def by_controller(self, edition: str) -> bool:
        """Whether the project's own controller implements the policy: the HA form without Isovalent's kind."""
        return bool(self.egress_groups) and not self.isovalent(edition)

    def gateways(self) -> tuple[tuple[str, EgressGateway], ...]:
        """Every gateway entry with its YAML path inside the policy. `egressGateways` overrides `egressGateway`."""
        if self.egress_groups:
            return tuple((f"egressGroups[{i}]", group) for i, group in enumerate(self.egress_groups))
        if self.egress_gateways:
            return tuple((f"egressGateways[{i}]", item) for i, item in enumerate(self.egress_gateways))
        return (("egressGateway", self.egress_gateway),) if self.egress_gateway else ()


class EgressHA(Model):
    """The controller that gives open-source Cilium highly available egress. Times are in seconds.

    A gateway is lost after `misses` missed probes in a row, and back after `recoveries` answered probes. A flapping
    gateway stays excluded longer each time, up to `maxHold`. `addressLifetime` is how long the kernel keeps an address
    from egressCIDRs without confirmation. With `uplinkChecks`, gateways also check their uplink: a route to the
    destination, the route's link, and ARP for the next hop. A new address makes an agent reload its datapath.
    Traffic therefore returns to a gateway `settle` seconds after the gateway got the address, and only if its agent
    answers on `agentHealthPort` (0: no check). `image` is the controller's image; a lab needs none. `metricsListen`
    puts metrics on the node's address or on its loopback.
    """

    image: Image | None = None
    """The image of the controller; a lab needs none."""
    namespace: ObjectName = "kube-system"
    """The namespace of the controller."""
    replicas: Annotated[int, Field(ge=1, le=5)] = 2
    """The number of controllers (only one of them acts)."""
    probe_interval: Annotated[float, Field(ge=0.05, le=60)] = 0.25
    """Seconds between probes of a gateway."""
    misses: Annotated[int, Field(ge=1, le=100)] = 3
    """The number of missed probes in a row after which a gateway is lost."""
    recoveries: Annotated[int, Field(ge=1, le=100)] = 3
    """The number of answered probes in a row after which a lost gateway is back."""
    max_hold: Annotated[float, Field(ge=0, le=3600)] = 60
    """The maximum seconds that a flapping gateway stays excluded."""
    address_lifetime: Annotated[int, Field(ge=2, le=600)] = 5
    """Seconds that the kernel keeps an address without confirmation."""
    lease: Annotated[float, Field(ge=1, le=60)] = 2
    """The lease time in seconds: after that, another controller takes over."""
    uplink_checks: bool = True
    """Whether gateways check their uplink: the route, the link, and ARP for the next hop."""
    settle: Annotated[float, Field(ge=0, le=600)] = 3
    """Seconds until traffic returns to a gateway that got an address."""
    agent_health_port: Annotated[int, Field(ge=0, le=65535)] = 9879
    """The TCP port of the agent's health endpoint on the node; 0: no check."""
    probe_port: Annotated[int, Field(ge=1024, le=65535)] = 4254
    """The UDP port of the probes on the nodes."""
    metrics_port: Annotated[int, Field(ge=1024, le=65535)] = 4255
    """The TCP port of the metrics."""
    metrics_listen: Literal["node", "loopback"] = "node"
    """The address that serves the metrics: the node's address, or its loopback."""
    node_selector: LabelSelector = LabelSelector()
    """The nodes that the controllers run on, by `matchLabels`; empty: any node, gateways last."""

    @property
    def silence(self) -> float:
        """The seconds without contact after which a gateway has dropped all its addresses.

        The gateway detects the isolation after one address lifetime. Its kernel drops the addresses after another
        lifetime. One second is added as a margin.
        """
        return 2.0 * self.address_lifetime + 1

    def metrics_on(self, node: Address) -> str:
        """The address that serves the metrics."""
        return str(node) if self.metrics_listen == "node" else LOOPBACK

    @property
    def arguments(self) -> dict[str, object]:
        """Arguments of the controller's processes: option (without dashes) -> value. The manifests add the others."""
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
