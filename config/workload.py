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
    port: Port
    target_port: Port | PortName | None = None
    protocol: Protocol = "TCP"


class Service(Model):
    """A Service. `managed: false` means that somebody else made it and the program only knows it.

    A Service of one port says `port`, `targetPort` and `protocol`; one of several, or of a port with a name, has
    `ports` instead. `loadBalancerIP` is the API's older way to ask for an address; `requestedIPs` is Cilium's.
    """

    name: LabelName
    namespace: LabelName = "default"
    type: Literal["LoadBalancer", "ClusterIP", "NodePort"] = "LoadBalancer"
    labels: Labels = {}
    selector: Labels = {}
    port: Port = 80
    target_port: Port | PortName = 80
    protocol: Protocol = "TCP"
    ports: tuple[ServicePort, ...] = ()
    external_traffic_policy: Literal["Cluster", "Local"] = "Cluster"
    load_balancer_class: ClassName | None = None
    annotations: dict[str, str] = {}
    requested_ips: tuple[Address, ...] = Field(default=(), alias="requestedIPs")
    load_balancer_ip: Address | None = Field(default=None, alias="loadBalancerIP")
    external_ips: tuple[Address, ...] = Field(default=(), alias="externalIPs")
    ip_families: tuple[Literal["IPv4", "IPv6"], ...] = Field(default=(), max_length=2)
    ip_family_policy: Literal["SingleStack", "PreferDualStack", "RequireDualStack"] | None = None
    internal_traffic_policy: Literal["Cluster", "Local"] = "Cluster"
    managed: bool = True

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
    namespace: LabelName = "default"
    image: Image
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    labels: Labels = {}
    replicas: Annotated[int, Field(ge=0, le=1000)] = 1
    node: ObjectName | None = None
    port: Port | None = None
    spread: bool = False
