"""Services, and the demo workloads behind them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.base import Model
from config.labels import Labels
from config.net import Address, LabelName, ObjectName, Port, PortName
from config.text import ClassName, Image

Protocol = Literal["TCP", "UDP", "SCTP"]


class ServicePort(Model):
    """One port of a Service. `targetPort` is the port of the pods, by number or by name. Unset: the same port."""

    name: PortName | None = None
    """The port's name."""
    port: Port
    """The Service's port."""
    target_port: Port | PortName | None = None
    """The port of the pods, by number or by name; unset: the same port."""
    protocol: Protocol = "TCP"
    """The protocol."""


class Service(Model):
    """A Service. `managed: false` declares an existing Service, which the program does not change.

    A Service with one port has `port`, `targetPort` and `protocol`. A Service with several ports or with a named port
    has `ports` instead. `loadBalancerIP` is the API's older way to request an address, `requestedIPs` is Cilium's.
    """

    name: LabelName
    """The object's name."""
    namespace: LabelName = "default"
    """The object's namespace."""
    type: Literal["LoadBalancer", "ClusterIP", "NodePort"] = "LoadBalancer"
    """The type of the Service."""
    labels: Labels = {}
    """The object's labels."""
    selector: Labels = {}
    """The labels of the pods behind the Service."""
    port: Port = 80
    """The Service's port, if it has only one."""
    target_port: Port | PortName = 80
    """The port of the pods, by number or by name."""
    protocol: Protocol = "TCP"
    """The protocol of the port."""
    ports: tuple[ServicePort, ...] = ()
    """The Service's ports, if there are several or they have names."""
    external_traffic_policy: Literal["Cluster", "Local"] = "Cluster"
    """The nodes that forward traffic from outside: all nodes, or only nodes with a pod."""
    load_balancer_class: ClassName | None = None
    """The class, which selects the controller that allocates the address and Cilium's feature that announces it."""
    annotations: dict[str, str] = {}
    """The object's annotations."""
    requested_ips: tuple[Address, ...] = Field(default=(), alias="requestedIPs")
    """The addresses to request from LB-IPAM."""
    load_balancer_ip: Address | None = Field(default=None, alias="loadBalancerIP")
    """The address to request, in the API's older way."""
    external_ips: tuple[Address, ...] = Field(default=(), alias="externalIPs")
    """Further addresses, which the network has to route to the nodes."""
    ip_families: tuple[Literal["IPv4", "IPv6"], ...] = Field(default=(), max_length=2)
    """The address families, the primary family first; none: the cluster's default."""
    ip_family_policy: Literal["SingleStack", "PreferDualStack", "RequireDualStack"] | None = None
    """Whether the Service has one address family or two; unset: the API's default."""
    internal_traffic_policy: Literal["Cluster", "Local"] = "Cluster"
    """The pods that answer clients in the cluster: all pods, or only pods on the client's node."""
    managed: bool = True
    """Whether the program creates the Service; false: the Service exists already."""

    def all_ports(self) -> tuple[ServicePort, ...]:
        """The ports, in either form."""
        one = ServicePort(name="main", port=self.port, target_port=self.target_port, protocol=self.protocol)
        return self.ports or (one,)

    @property
    def asked(self) -> tuple[Address, ...]:
        """The addresses requested from LB-IPAM, in either form."""
        older = (self.load_balancer_ip,) if self.load_balancer_ip else ()
        return (*older, *(address for address in self.requested_ips if address not in older))

    @property
    def first_tcp(self) -> int | None:
        """The first TCP port, which probes connect to."""
        return next((each.port for each in self.all_ports() if each.protocol == "TCP"), None)


# The values of spec.loadBalancerClass that select one of Cilium's features for the announcement.
BGP_CLASS, L2_CLASS = "io.cilium/bgp-control-plane", "io.cilium/l2-announcer"
# Services with the same value of this annotation share an address.
SHARING_KEY = "lbipam.cilium.io/sharing-key"


def service_labels(service: Service) -> dict[str, str]:
    """A Service's labels, and the two labels that Cilium adds for selectors."""
    return {
        **service.labels,
        "io.kubernetes.service.name": service.name,
        "io.kubernetes.service.namespace": service.namespace,
    }


class Workload(Model):
    """A demo Deployment (`replicas`), or with `node` a single Pod on that node.

    `spread` puts at most one replica on a node, like the write-up's webpod.
    """

    name: LabelName
    """The object's name."""
    namespace: LabelName = "default"
    """The object's namespace."""
    image: Image
    """The container's image."""
    command: tuple[str, ...] = ()
    """The command of the container; none: the image's."""
    args: tuple[str, ...] = ()
    """The arguments of the command."""
    labels: Labels = {}
    """The labels of the pods."""
    replicas: Annotated[int, Field(ge=0, le=1000)] = 1
    """The number of pods."""
    node: ObjectName | None = None
    """The node of a single Pod; unset: a Deployment."""
    port: Port | None = None
    """The container's TCP port."""
    spread: bool = False
    """Whether a node has at most one replica."""
