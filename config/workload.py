"""Services, and the demo workloads behind them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.base import Model
from config.labels import Labels
from config.net import Address, LabelName, ObjectName, Port
from config.text import ClassName, Image

Protocol = Literal["TCP", "UDP", "SCTP"]


class ServicePort(Model):
    """One port of a Service that has several. `targetPort` is the pods' port, the same one where it is not said."""

    name: LabelName | None = None
    port: Port
    target_port: Port | None = None
    protocol: Protocol = "TCP"


class Service(Model):
    """A Service. `managed: false` means that somebody else made it and the program only knows it.

    A Service of one port says `port`, `targetPort` and `protocol`; one of several has `ports` instead.
    """

    name: LabelName
    namespace: LabelName = "default"
    type: Literal["LoadBalancer", "ClusterIP", "NodePort"] = "LoadBalancer"
    labels: Labels = {}
    selector: Labels = {}
    port: Port = 80
    target_port: Port = 80
    protocol: Protocol = "TCP"
    ports: tuple[ServicePort, ...] = ()
    external_traffic_policy: Literal["Cluster", "Local"] = "Cluster"
    load_balancer_class: ClassName | None = None
    annotations: dict[str, str] = {}
    requested_ips: tuple[Address, ...] = Field(default=(), alias="requestedIPs")
    managed: bool = True

    def all_ports(self) -> tuple[ServicePort, ...]:
        """Its ports, however they are said."""
        one = ServicePort(name="main", port=self.port, target_port=self.target_port, protocol=self.protocol)
        return self.ports or (one,)

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
    labels: Labels = {}
    replicas: Annotated[int, Field(ge=0, le=1000)] = 1
    node: ObjectName | None = None
    port: Port | None = None
    spread: bool = False
