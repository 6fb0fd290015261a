"""Gateways of the Gateway API, and what Cilium's controller of them needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.base import Model
from config.certificate import Certificate
from config.labels import Labels, LabelSelector
from config.net import LabelName, ObjectName, Port
from config.text import ClassName, DnsPattern, HostName

# What each protocol of a listener takes for routes, when it names no kinds itself.
ROUTES_OF = {"HTTP": ("HTTPRoute", "GRPCRoute"), "HTTPS": ("HTTPRoute", "GRPCRoute"), "TLS": ("TLSRoute",)}


class GatewayHostNetwork(Model):
    """Listeners on the nodes' own network, at the ports of the Gateways, instead of LoadBalancer Services."""

    node_selector: LabelSelector | None = None


class GatewayController(Model):
    """What the chart's `gatewayAPI` needs.

    The cluster provides the CRDs of the Gateway API; only a lab installs them.
    """

    host_network: GatewayHostNetwork | None = None
    external_traffic_policy: Literal["Cluster", "Local"] | None = None
    alpn: bool = False
    app_protocol: bool = False
    proxy_protocol: bool = False
    xff_num_trusted_hops: Annotated[int, Field(ge=0, le=100)] = 0


class ListenerTls(Certificate):
    """How a listener terminates TLS, and with which certificate. `Passthrough` leaves both to the backend."""

    mode: Literal["Terminate", "Passthrough"] = "Terminate"
    # Another namespace than the Gateway's has to allow it by a ReferenceGrant.
    secret_namespace: LabelName | None = None

    @model_validator(mode="after")
    def _here(self) -> ListenerTls:
        if (self.mode == "Terminate") != (self.secret_name is not None):
            raise ValueError("secretName with mode Terminate, none with Passthrough")
        if self.certificate_config and self.secret_namespace:
            raise ValueError("certificateConfig in the Gateway's own namespace, without secretNamespace")
        return self


class AllowedRoutes(Model):
    """The routes that a listener accepts: from the Gateway's namespace, from all or from selected namespaces.

    Without `kinds`, the listener accepts the kinds of its protocol.
    """

    namespaces: Literal["Same", "All", "Selector"] = "Same"
    namespace_selector: LabelSelector | None = None
    kinds: tuple[str, ...] = ()


class Listener(Model):
    """A port of a Gateway. Without a hostname, the listener is for every host."""

    name: ObjectName
    port: Port
    protocol: Literal["HTTP", "HTTPS", "TLS", "TCP", "UDP"] = "HTTP"
    hostname: DnsPattern | None = None
    tls: ListenerTls | None = None
    allowed_routes: AllowedRoutes = AllowedRoutes()

    @model_validator(mode="after")
    def _secured(self) -> Listener:
        if (self.protocol in ("HTTPS", "TLS")) != (self.tls is not None):
            raise ValueError("tls with protocol HTTPS or TLS, and with no other")
        return self

    @property
    def passes_tls(self) -> bool:
        """Whether connections go on to the backend as they are."""
        return self.tls is not None and self.tls.mode == "Passthrough"

    def takes(self, kind: str, namespace: str, own: str, labels: Mapping[str, str] | None) -> bool:
        """Whether routes of that kind and namespace may join. `labels`: the namespace's, None where unknown."""
        if kind not in (self.allowed_routes.kinds or ROUTES_OF.get(self.protocol, ())):
            return False
        allowed = self.allowed_routes
        if allowed.namespaces == "Selector":
            return allowed.namespace_selector is None or labels is None or allowed.namespace_selector.matches(labels)
        return allowed.namespaces == "All" or namespace == own


class Infrastructure(Model):
    """Labels and annotations of a Gateway's Service."""

    labels: Labels = {}
    annotations: dict[str, str] = {}


class Gateway(Model):
    """A Gateway. Cilium makes a LoadBalancer Service `cilium-gateway-NAME` for it."""

    name: ObjectName
    namespace: LabelName = "default"
    gateway_class_name: ClassName = "cilium"
    labels: Labels = {}
    annotations: dict[str, str] = {}
    addresses: tuple[HostName, ...] = ()
    infrastructure: Infrastructure = Infrastructure()
    listeners: Annotated[tuple[Listener, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _apart(self) -> Gateway:
        names = [listener.name for listener in self.listeners]
        if len(set(names)) < len(names):
            raise ValueError("listeners with names of their own")
        return self
