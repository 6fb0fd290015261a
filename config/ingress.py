"""Cilium's Ingress controller, and Ingress objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.base import Model
from config.certificate import Certificate
from config.labels import Labels
from config.listening_nodes import ListeningNodes
from config.net import LabelName, ObjectName, Port, PortName
from config.text import ClassName, DnsPattern

_PATH = r"^/"
PATTERNS = {_PATH: "a path that begins with a slash"}
# The prefixes of Cilium's annotations, and the annotations that Cilium also reads under the older prefix
# (operator/pkg/ingress/annotations/annotations.go).
PREFIX, OLD_PREFIX = "ingress.cilium.io/", "io.cilium.ingress/"
UNDER_BOTH = ("loadbalancer-mode", "service-type", "insecure-node-port", "secure-node-port", "tls-passthrough")
MODE_ANNOTATION, OLD_MODE_ANNOTATION = f"{PREFIX}loadbalancer-mode", f"{OLD_PREFIX}loadbalancer-mode"
HOST_PORT = "host-listener-port"
# The texts that Go's ParseBool accepts as true, and Cilium's own `enabled`.
_TRUE = ("enabled", "1", "t", "T", "true", "True", "TRUE")


class HostNetwork(ListeningNodes):
    """Listeners in the nodes' host network instead of a LoadBalancer Service."""

    port: Port | None = None
    """The TCP port of shared Ingresses on the nodes; unset: 8080."""


class IngressController(Model):
    """The settings of the chart's `ingressController`. `mode` decides how Ingresses get their address."""

    mode: Literal["shared", "dedicated"] = "shared"
    """Whether Ingresses share one address or have one address each (Helm `loadbalancerMode`)."""
    default: bool = False
    """Whether Cilium serves Ingresses without a class (Helm `default`)."""
    host_network: HostNetwork | None = None
    """Listeners in the nodes' host network, instead of a Service."""
    load_balancer_class: ClassName | None = None
    """The loadBalancerClass of the Services (Helm `service.loadBalancerClass`)."""


class IngressPath(Model):
    """One path of one host, and the backend Service."""

    path: Annotated[str, Field(pattern=_PATH)] = "/"
    """The path, with the leading slash."""
    path_type: Literal["Prefix", "Exact", "ImplementationSpecific"] = "Prefix"
    """How the path is matched."""
    service: LabelName
    """The backend Service."""
    port: Port | PortName
    """The Service's port, by number or by name."""


class IngressRule(Model):
    """Paths of one host. Without a host, the rule applies to every host."""

    host: DnsPattern | None = None
    """The host of the paths; unset: every host."""
    paths: Annotated[tuple[IngressPath, ...], Field(min_length=1)]
    """The paths."""


class IngressBackend(Model):
    """The Service for requests that no rule matches."""

    service: LabelName
    """The backend Service."""
    port: Port | PortName
    """The Service's port, by number or by name."""


class IngressTls(Certificate):
    """The certificate for some hosts, in the namespace of the Ingress."""

    hosts: tuple[DnsPattern, ...] = ()
    """The hosts of the certificate."""


class Ingress(Model):
    """An Ingress, by default of class `cilium`. `annotations` are free text, as in Kubernetes."""

    name: ObjectName
    """The object's name."""
    namespace: LabelName = "default"
    """The object's namespace."""
    ingress_class_name: ClassName = "cilium"
    """The IngressClass, which selects the controller."""
    labels: Labels = {}
    """The object's labels."""
    annotations: dict[str, str] = {}
    """The object's annotations."""
    load_balancer_mode: Literal["shared", "dedicated"] | None = None
    """Whether the Ingress shares an address; unset: the controller's `mode`."""
    default_backend: IngressBackend | None = None
    """The Service for requests that no rule matches."""
    tls: tuple[IngressTls, ...] = ()
    """The certificates of the hosts."""
    rules: tuple[IngressRule, ...] = ()
    """The hosts, the paths, and their backend Services."""

    @model_validator(mode="after")
    def _one_mode(self) -> Ingress:
        annotated = [key for key in (MODE_ANNOTATION, OLD_MODE_ANNOTATION) if key in self.annotations]
        if self.load_balancer_mode is not None and annotated:
            raise ValueError(f"either loadBalancerMode or the annotation {annotated[0]}")
        return self

    def backends(self) -> Iterator[tuple[str, IngressBackend | IngressPath]]:
        """Every backend Service, with its YAML path inside the Ingress."""
        if self.default_backend is not None:
            yield "defaultBackend", self.default_backend
        for j, rule in enumerate(self.rules):
            yield from ((f"rules[{j}].paths[{k}]", path) for k, path in enumerate(rule.paths))

    @property
    def class_name(self) -> str:
        """The class that Cilium uses: the old annotation overrides `ingressClassName`."""
        return self.annotations.get("kubernetes.io/ingress.class", self.ingress_class_name)

    @property
    def passes_tls(self) -> bool:
        """Whether Cilium forwards TLS connections by server name, without decryption (TLS passthrough)."""
        return self.annotation("tls-passthrough") in _TRUE

    def annotation(self, name: str) -> str | None:
        """The text of Cilium's annotation `name`, which is without a prefix. The newer prefix overrides the older."""
        keys = [PREFIX + name, *([OLD_PREFIX + name] if name in UNDER_BOTH else [])]
        return next((self.annotations[key] for key in keys if key in self.annotations), None)

    def mode(self, controller: IngressController) -> str:
        """`shared` or `dedicated`: the Ingress's own mode (as Cilium reads it), otherwise the controller's."""
        if self.load_balancer_mode is not None:
            return self.load_balancer_mode
        text = self.annotation("loadbalancer-mode")
        # Cilium silently uses the controller's mode for every other text.
        return text if text in ("shared", "dedicated") else controller.mode
