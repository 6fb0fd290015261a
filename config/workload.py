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
    """One port of a Service. `targetPort` is the pods' port, by number or by name; unsaid, it is the same one."""

    name: PortName | None = None
    """The port's name."""
    port: Port
    """The Service's port."""
    target_port: Port | PortName | None = None
    """The pods' port, by number or by name; unset: the same one."""
    protocol: Protocol = "TCP"
    """The protocol."""


class Service(Model):
    """A Service. `managed: false` means that somebody else made it and the program only knows it.

    A Service of one port says `port`, `targetPort` and `protocol`; one of several, or of a port with a name, has
    `ports` instead. `loadBalancerIP` is the API's older way to ask for an address; `requestedIPs` is Cilium's.
    """

    name: LabelName
    """The object's name."""
    namespace: LabelName = "default"
    """The object's namespace."""
    type: Literal["LoadBalancer", "ClusterIP", "NodePort"] = "LoadBalancer"
    """How the Service is reached."""
    labels: Labels = {}
    """The object's labels."""
    selector: Labels = {}
    """The labels of the pods behind it."""
    port: Port = 80
    """The Service's port, where it has one alone."""
    target_port: Port | PortName = 80
    """The pods' port, by number or by name."""
    protocol: Protocol = "TCP"
    """The port's protocol."""
    ports: tuple[ServicePort, ...] = ()
    """The Service's ports, where they are several or have names."""
    external_traffic_policy: Literal["Cluster", "Local"] = "Cluster"
    """Which nodes pass on what comes from outside: all, or those with a pod."""
    load_balancer_class: ClassName | None = None
    """Which controller gives the address, and which of Cilium's features announces it."""
    annotations: dict[str, str] = {}
    """The object's annotations."""
    requested_ips: tuple[Address, ...] = Field(default=(), alias="requestedIPs")
    """The addresses that it asks LB-IPAM for."""
    load_balancer_ip: Address | None = Field(default=None, alias="loadBalancerIP")
    """The address that it asks for in the API's older way."""
    external_ips: tuple[Address, ...] = Field(default=(), alias="externalIPs")
    """Further addresses, which somebody leads to the nodes."""
    ip_families: tuple[Literal["IPv4", "IPv6"], ...] = Field(default=(), max_length=2)
    """The address families, the first one first; none: the cluster's."""
    ip_family_policy: Literal["SingleStack", "PreferDualStack", "RequireDualStack"] | None = None
    """Whether it has one address family or two; unset: as the API has it."""
    internal_traffic_policy: Literal["Cluster", "Local"] = "Cluster"
    """Which pods answer in the cluster: all, or those of the client's node."""
    managed: bool = True
    """Whether the program makes it; false: somebody else does."""

    def all_ports(self) -> tuple[ServicePort, ...]:
        """Its ports, however they are said."""
        one = ServicePort(name="main", port=self.port, target_port=self.target_port, protocol=self.protocol)
        return self.ports or (one,)

    @property
    def asked(self) -> tuple[Address, ...]:
        """The addresses that it asks LB-IPAM for, however it says so."""
        older = (self.load_balancer_ip,) if self.load_balancer_ip else ()
        return (*older, *(address for address in self.requested_ips if address not in older))

    @property
    def first_tcp(self) -> int | None:
        """The port that a connection is tried at."""
        return next((each.port for each in self.all_ports() if each.protocol == "TCP"), None)


# Which of Cilium's features gives a Service its address away (spec.loadBalancerClass).
BGP_CLASS, L2_CLASS = "io.cilium/bgp-control-plane", "io.cilium/l2-announcer"
# Services with the same value of this annotation share an address.
SHARING_KEY = "lbipam.cilium.io/sharing-key"


def service_labels(service: Service) -> dict[str, str]:
    """A Service's labels and the two that Cilium adds for its selectors."""
    return {
        **service.labels,
        "io.kubernetes.service.name": service.name,
        "io.kubernetes.service.namespace": service.namespace,
    }


class Workload(Model):
    """A demo Deployment (`replicas`), or a single Pod where `node` pins it.

    `spread` puts at most one replica on a node, as the write-up's webpod does.
    """

    name: LabelName
    """The object's name."""
    namespace: LabelName = "default"
    """The object's namespace."""
    image: Image
    """The container's image."""
    command: tuple[str, ...] = ()
    """What the container runs; none: what the image says."""
    args: tuple[str, ...] = ()
    """The arguments of it."""
    labels: Labels = {}
    """The pods' labels."""
    replicas: Annotated[int, Field(ge=0, le=1000)] = 1
    """How many pods there are."""
    node: ObjectName | None = None
    """The node that a single Pod is pinned to; unset: a Deployment."""
    port: Port | None = None
    """The container's TCP port."""
    spread: bool = False
    """Whether a node has one replica at most."""
