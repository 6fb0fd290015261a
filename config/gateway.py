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
    """Which nodes listen; unset: all."""


class GatewayController(Model):
    """What the chart's `gatewayAPI` needs.

    The cluster provides the CRDs of the Gateway API; only a lab installs them.
    """

    host_network: GatewayHostNetwork | None = None
    """Listeners on the nodes' own network, in place of Services."""
    external_traffic_policy: Literal["Cluster", "Local"] | None = None
    """The Services' externalTrafficPolicy (Helm `gatewayAPI.externalTrafficPolicy`)."""
    alpn: bool = False
    """Whether listeners offer HTTP/2 by ALPN (Helm `gatewayAPI.enableAlpn`)."""
    app_protocol: bool = False
    """Whether a backend's appProtocol counts (Helm `gatewayAPI.enableAppProtocol`)."""
    proxy_protocol: bool = False
    """Whether clients speak the PROXY protocol (Helm `gatewayAPI.enableProxyProtocol`)."""
    xff_num_trusted_hops: Annotated[int, Field(ge=0, le=100)] = 0
    """How many proxies in front are trusted (Helm `gatewayAPI.xffNumTrustedHops`)."""


class ListenerTls(Certificate):
    """How a listener terminates TLS, and with which certificate. `Passthrough` leaves both to the backend."""

    mode: Literal["Terminate", "Passthrough"] = "Terminate"
    """Whether TLS ends at the listener, or passes through to the backend."""
    # Another namespace than the Gateway's has to allow it by a ReferenceGrant.
    secret_namespace: LabelName | None = None
    """The Secret's namespace, where it is another one (it takes a ReferenceGrant)."""

    @model_validator(mode="after")
    def _here(self) -> ListenerTls:
        if (self.mode == "Terminate") != (self.secret_name is not None):
            raise ValueError("secretName with mode Terminate, and no secretName with mode Passthrough")
        if self.certificate_config and self.secret_namespace:
            raise ValueError("either certificateConfig (a Secret in the Gateway's own namespace) or secretNamespace")
        return self


class AllowedRoutes(Model):
    """The routes that a listener accepts: from the Gateway's namespace, from all or from selected namespaces.

    Without `kinds`, the listener accepts the kinds of its protocol.
    """

    namespaces: Literal["Same", "All", "Selector"] = "Same"
    """The namespaces that routes may be of."""
    namespace_selector: LabelSelector | None = None
    """The namespaces by their labels, with Selector."""
    kinds: tuple[str, ...] = ()
    """The kinds of routes; none: those of the protocol."""


class Listener(Model):
    """A port of a Gateway. Without a hostname, the listener is for every host."""

    name: ObjectName
    """The listener's name in the Gateway."""
    port: Port
    """The TCP port."""
    protocol: Literal["HTTP", "HTTPS", "TLS", "TCP", "UDP"] = "HTTP"
    """What clients speak."""
    hostname: DnsPattern | None = None
    """The host that it is for; unset: every host."""
    tls: ListenerTls | None = None
    """How TLS is ended, with protocol HTTPS or TLS."""
    allowed_routes: AllowedRoutes = AllowedRoutes()
    """Which routes may join."""

    @model_validator(mode="after")
    def _secured(self) -> Listener:
        if (self.protocol in ("HTTPS", "TLS")) != (self.tls is not None):
            raise ValueError("tls with protocol HTTPS or TLS, and no tls with another protocol")
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
    """Labels of the Service."""
    annotations: dict[str, str] = {}
    """Annotations of the Service."""


class Gateway(Model):
    """A Gateway. Cilium makes a LoadBalancer Service `cilium-gateway-NAME` for it."""

    name: ObjectName
    """The object's name."""
    namespace: LabelName = "default"
    """The object's namespace."""
    gateway_class_name: ClassName = "cilium"
    """The class that carries it out."""
    labels: Labels = {}
    """The object's labels."""
    annotations: dict[str, str] = {}
    """The object's annotations."""
    addresses: tuple[HostName, ...] = ()
    """The addresses that it asks for."""
    infrastructure: Infrastructure = Infrastructure()
    """What its Service gets."""
    listeners: Annotated[tuple[Listener, ...], Field(min_length=1)]
    """The ports that it listens on."""

    @model_validator(mode="after")
    def _apart(self) -> Gateway:
        names = [listener.name for listener in self.listeners]
        if len(set(names)) < len(names):
            raise ValueError("a different name for each listener")
        return self
