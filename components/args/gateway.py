"""Arguments as `config/gateway.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi

from components.args.labels import LabelSelectorArgs


class InfrastructureArgs(TypedDict):
    """What the Service of a Gateway gets."""

    labels: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    annotations: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]


class ListenerTlsArgs(TypedDict):
    """How a listener ends TLS, and with which certificate; `Passthrough` leaves both to the backend."""

    secret_name: NotRequired[str]
    certificate_config: NotRequired[str]
    key_config: NotRequired[str]
    mode: NotRequired[pulumi.Input[str]]
    secret_namespace: NotRequired[pulumi.Input[str]]


class AllowedRoutesArgs(TypedDict):
    """Which routes a listener takes: those of the Gateway's namespace, of all, or of selected ones.

    No kinds: those of the listener's protocol.
    """

    namespaces: NotRequired[pulumi.Input[str]]
    namespace_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    kinds: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class ListenerArgs(TypedDict):
    """A port of a Gateway. No hostname: every host."""

    name: pulumi.Input[str]
    port: pulumi.Input[int]
    protocol: NotRequired[pulumi.Input[str]]
    hostname: NotRequired[pulumi.Input[str]]
    tls: NotRequired[ListenerTlsArgs]
    allowed_routes: NotRequired[pulumi.Input[AllowedRoutesArgs]]


class GatewayArgs(TypedDict):
    """A Gateway. Cilium makes a LoadBalancer Service `cilium-gateway-NAME` of it."""

    name: str
    namespace: NotRequired[str]
    gateway_class_name: NotRequired[pulumi.Input[str]]
    labels: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    annotations: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    addresses: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    infrastructure: NotRequired[pulumi.Input[InfrastructureArgs]]
    listeners: list[pulumi.Input[ListenerArgs]]


class GatewayHostNetworkArgs(TypedDict):
    """Listeners on the nodes' own network, at the ports of the Gateways, instead of LoadBalancer Services."""

    node_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]


class GatewayControllerArgs(TypedDict):
    """What the chart's `gatewayAPI` needs. The CRDs of the Gateway API are the cluster's; only a lab brings them."""

    host_network: NotRequired[pulumi.Input[GatewayHostNetworkArgs]]
    external_traffic_policy: NotRequired[pulumi.Input[str]]
    alpn: NotRequired[pulumi.Input[bool]]
    app_protocol: NotRequired[pulumi.Input[bool]]
    proxy_protocol: NotRequired[pulumi.Input[bool]]
    xff_num_trusted_hops: NotRequired[pulumi.Input[int]]
