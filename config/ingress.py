"""Cilium's Ingress controller, and Ingress objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.base import Model
from config.certificate import Certificate
from config.labels import Labels, LabelSelector
from config.net import LabelName, ObjectName, Port, PortName
from config.text import ClassName, DnsPattern

_PATH = r"^/"
PATTERNS = {_PATH: "a path that begins with a slash"}


class HostNetwork(Model):
    """Listeners on the nodes' own network instead of a LoadBalancer Service."""

    port: Port | None = None
    """The TCP port of shared Ingresses on the nodes; unset: 8080."""
    node_selector: LabelSelector | None = None
    """Which nodes listen; unset: all."""


class IngressController(Model):
    """What the chart's `ingressController` needs. `mode` decides how Ingresses get their address."""

    mode: Literal["shared", "dedicated"] = "shared"
    """Whether Ingresses share one address or have one each (Helm `loadbalancerMode`)."""
    default: bool = False
    """Whether Ingresses without a class are Cilium's (Helm `default`)."""
    host_network: HostNetwork | None = None
    """Listeners on the nodes' own network, in place of a Service."""
    load_balancer_class: ClassName | None = None
    """The loadBalancerClass of the Services (Helm `service.loadBalancerClass`)."""


class IngressPath(Model):
    """One path of one host, and the Service behind the path."""

    path: Annotated[str, Field(pattern=_PATH)] = "/"
    """The path, from its slash on."""
    path_type: Literal["Prefix", "Exact", "ImplementationSpecific"] = "Prefix"
    """How the path is compared."""
    service: LabelName
    """The Service that answers."""
    port: Port | PortName
    """The Service's port, by number or by name."""


class IngressRule(Model):
    """Paths under one host. Without a host, the rule is for every host."""

    host: DnsPattern | None = None
    """The host that the paths are of; unset: every host."""
    paths: Annotated[tuple[IngressPath, ...], Field(min_length=1)]
    """The paths."""


class IngressBackend(Model):
    """The Service that answers requests that no rule matches."""

    service: LabelName
    """The Service that answers."""
    port: Port | PortName
    """The Service's port, by number or by name."""


class IngressTls(Certificate):
    """The certificate of some hosts, in the Ingress's namespace."""

    hosts: tuple[DnsPattern, ...] = ()
    """The hosts that the certificate is for."""


class Ingress(Model):
    """An Ingress of class `cilium`. `annotations` are free text, as they are in Kubernetes."""

    name: ObjectName
    """The object's name."""
    namespace: LabelName = "default"
    """The object's namespace."""
    ingress_class_name: ClassName = "cilium"
    """The class that carries it out."""
    labels: Labels = {}
    """The object's labels."""
    annotations: dict[str, str] = {}
    """The object's annotations."""
    load_balancer_mode: Literal["shared", "dedicated"] | None = None
    """Whether the Ingress shares an address; unset: as the controller's `mode`."""
    default_backend: IngressBackend | None = None
    """Who answers where no rule does."""
    tls: tuple[IngressTls, ...] = ()
    """Certificates of its hosts."""
    rules: tuple[IngressRule, ...] = ()
    """Which paths of which hosts go where."""

    @model_validator(mode="after")
    def _one_mode(self) -> Ingress:
        told = [key for key in (MODE_ANNOTATION, OLD_MODE_ANNOTATION) if key in self.annotations]
        if self.load_balancer_mode is not None and told:
            raise ValueError(f"either loadBalancerMode or the annotation {told[0]}")
        return self

    def backends(self) -> Iterator[tuple[str, IngressBackend | IngressPath]]:
        """Every Service that answers, with its place inside the Ingress."""
        if self.default_backend is not None:
            yield "defaultBackend", self.default_backend
        for j, rule in enumerate(self.rules):
            yield from ((f"rules[{j}].paths[{k}]", path) for k, path in enumerate(rule.paths))

    @property
    def class_name(self) -> str:
        """The class that Cilium goes by: the old annotation wins over `ingressClassName`."""
        return self.annotations.get("kubernetes.io/ingress.class", self.ingress_class_name)

    @property
    def passes_tls(self) -> bool:
        """Whether connections go on to the backend as they are (TLS passthrough), by the name that the client asks."""
        said = next((self.annotations[key] for key in PASSTHROUGH_ANNOTATIONS if key in self.annotations), "")
        return said in _TRUE

    def mode(self, controller: IngressController) -> str:
        """`shared` or `dedicated`: the Ingress's own, as Cilium reads its annotation, before the controller's mode."""
        if self.load_balancer_mode is not None:
            return self.load_balancer_mode
        text = self.annotations.get(MODE_ANNOTATION, self.annotations.get(OLD_MODE_ANNOTATION))
        # Cilium falls back to the controller's mode for every other text, without a word.
        return text if text in ("shared", "dedicated") else controller.mode


# What Go's ParseBool takes for true, and Cilium's own word.
_TRUE = ("enabled", "1", "t", "T", "true", "True", "TRUE")
PASSTHROUGH_ANNOTATIONS = ("ingress.cilium.io/tls-passthrough", "io.cilium.ingress/tls-passthrough")
MODE_ANNOTATION = "ingress.cilium.io/loadbalancer-mode"
HOST_PORT_ANNOTATION = "ingress.cilium.io/host-listener-port"
OLD_MODE_ANNOTATION = "io.cilium.ingress/loadbalancer-mode"
