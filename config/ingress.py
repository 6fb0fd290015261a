"""Cilium's Ingress controller, and Ingress objects."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.base import Model
from config.labels import Labels, LabelSelector
from config.net import LabelName, ObjectName, Port
from config.text import ClassName, DnsPattern

_PATH = r"^/"
PATTERNS = {_PATH: "a path that begins with a slash"}


class HostNetwork(Model):
    """Listeners on the nodes' own network instead of a LoadBalancer Service."""

    port: Port | None = None
    node_selector: LabelSelector | None = None


class IngressController(Model):
    """What the chart's `ingressController` needs. `mode` is how Ingresses get their address."""

    mode: Literal["shared", "dedicated"] = "shared"
    default: bool = False
    host_network: HostNetwork | None = None
    load_balancer_class: ClassName | None = None


class IngressPath(Model):
    """One path of one host, and the Service behind it."""

    path: Annotated[str, Field(pattern=_PATH)] = "/"
    path_type: Literal["Prefix", "Exact", "ImplementationSpecific"] = "Prefix"
    service: LabelName
    port: Port


class IngressRule(Model):
    """Paths under one host; no host means every host."""

    host: DnsPattern | None = None
    paths: Annotated[tuple[IngressPath, ...], Field(min_length=1)]


class Ingress(Model):
    """An Ingress of class `cilium`. `annotations` are free text, as they are in Kubernetes."""

    name: ObjectName
    namespace: LabelName = "default"
    ingress_class_name: ClassName = "cilium"
    labels: Labels = {}
    annotations: dict[str, str] = {}
    rules: tuple[IngressRule, ...] = ()

    @property
    def class_name(self) -> str:
        """The class that Cilium goes by: the old annotation wins over `ingressClassName`."""
        return self.annotations.get("kubernetes.io/ingress.class", self.ingress_class_name)

    def mode(self, controller: IngressController) -> str:
        """`shared` or `dedicated`: the annotation, as Cilium reads it, before the controller's mode."""
        text = self.annotations.get(MODE_ANNOTATION, self.annotations.get(OLD_MODE_ANNOTATION))
        # Cilium falls back to the controller's mode for every other text, without a word.
        return text if text in ("shared", "dedicated") else controller.mode


MODE_ANNOTATION = "ingress.cilium.io/loadbalancer-mode"
OLD_MODE_ANNOTATION = "io.cilium.ingress/loadbalancer-mode"
