"""Gateways of the Gateway API, and the settings of Cilium's controller for Gateways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.base import Model
from config.certificate import Certificate
from config.labels import Labels, LabelSelector
from config.listening_nodes import ListeningNodes
from config.net import LabelName, ObjectName, Port
from config.text import ClassName, DnsPattern, HostName

# Protocol of a listener -> the kinds of routes that the listener accepts by default.
ROUTES_OF = {"HTTP": ("HTTPRoute", "GRPCRoute"), "HTTPS": ("HTTPRoute", "GRPCRoute"), "TLS": ("TLSRoute",)}


class GatewayHostNetwork(ListeningNodes):
    """Listeners in the nodes' host network, on the ports of the Gateways, instead of LoadBalancer Services."""


class GatewayController(Model):
    """The settings of the chart's `gatewayAPI`.

    The cluster provides the CRDs of the Gateway API; only a lab installs them.
    """

    host_network: GatewayHostNetwork | None = None
    """Listeners in the nodes' host network, instead of Services."""
    external_traffic_policy: Literal["Cluster", "Local"] | None = None
    """The externalTrafficPolicy of the Services (Helm `gatewayAPI.externalTrafficPolicy`)."""
    alpn: bool = False
    """Whether listeners offer HTTP/2 through ALPN (Helm `gatewayAPI.enableAlpn`)."""
    app_protocol: bool = False
    """Whether Cilium honors a backend's appProtocol (Helm `gatewayAPI.enableAppProtocol`)."""
    proxy_protocol: bool = False
    """Whether clients use the PROXY protocol (Helm `gatewayAPI.enableProxyProtocol`)."""
    xff_num_trusted_hops: Annotated[int, Field(ge=0, le=100)] = 0
    """The number of trusted proxies in front (Helm `gatewayAPI.xffNumTrustedHops`)."""


class ListenerTls(Certificate):
    """The TLS mode and the certificate of a listener. With `Passthrough`, the backend terminates TLS."""

    mode: Literal["Terminate", "Passthrough"] = "Terminate"
    """Whether TLS ends at the listener or at the backend."""
    # A namespace other than the Gateway's has to allow the reference by a ReferenceGrant.
    secret_namespace: LabelName | None = None
    """The Secret's namespace, if not the Gateway's (needs a ReferenceGrant there); unset: the Gateway's."""

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
    """The namespaces from which the listener accepts routes."""
    namespace_selector: LabelSelector | None = None
    """The namespaces by their labels, with `Selector`."""
    kinds: tuple[str, ...] = ()
    """The kinds of routes; none: the kinds of the protocol."""


class Listener(Model):
    """A port of a Gateway. Without a hostname, the listener serves every host."""

    name: ObjectName
    """The listener's name in the Gateway."""
    port: Port
    """The TCP port."""
    protocol: Literal["HTTP", "HTTPS", "TLS", "TCP", "UDP"] = "HTTP"
    """The protocol of the clients."""
    hostname: DnsPattern | None = None
    """The host that the listener serves; unset: every host."""
    tls: ListenerTls | None = None
    """The TLS settings, with protocol HTTPS or TLS."""
    allowed_routes: AllowedRoutes = AllowedRoutes()
    """The routes that the listener accepts."""

    @model_validator(mode="after")
    def _secured(self) -> Listener:
        if (self.protocol in ("HTTPS", "TLS")) != (self.tls is not None):
            raise ValueError("tls with protocol HTTPS or TLS, and no tls with another protocol")
        return self

    @property
    def passes_tls(self) -> bool:
        """Whether the listener forwards TLS connections without decryption."""
        return self.tls is not None and self.tls.mode == "Passthrough"

    def takes(self, kind: str, namespace: str, own: str, labels: Mapping[str, str] | None) -> bool:
        """Whether the listener accepts routes of that kind and namespace. `labels`: the namespace's. None: unknown."""
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
    """The GatewayClass, which selects the controller."""
    labels: Labels = {}
    """The object's labels."""
    annotations: dict[str, str] = {}
    """The object's annotations."""
    addresses: tuple[HostName, ...] = ()
    """The requested addresses."""
    infrastructure: Infrastructure = Infrastructure()
    """The labels and annotations of the Gateway's Service."""
    listeners: Annotated[tuple[Listener, ...], Field(min_length=1)]
    """The listeners."""

    @model_validator(mode="after")
    def _apart(self) -> Gateway:
        names = [listener.name for listener in self.listeners]
        if len(set(names)) < len(names):
            raise ValueError("a different name for each listener")
        return self
