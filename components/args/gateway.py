"""Arguments as `config/gateway.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi

from components.args.labels import LabelSelectorArgs


class InfrastructureArgs(TypedDict):
    """Labels and annotations of a Gateway's Service."""

    labels: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    annotations: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]


class ListenerTlsArgs(TypedDict):
    """The TLS mode and the certificate of a listener. With `Passthrough`, the backend terminates TLS."""

    secret_name: NotRequired[str]
    certificate_config: NotRequired[str]
    key_config: NotRequired[str]
    mode: NotRequired[pulumi.Input[str]]
    secret_namespace: NotRequired[pulumi.Input[str]]


class AllowedRoutesArgs(TypedDict):
    """The routes that a listener accepts: from the Gateway's namespace, from all or from selected namespaces.

    Without `kinds`, the listener accepts the kinds of its protocol.
    """

    namespaces: NotRequired[pulumi.Input[str]]
    namespace_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    kinds: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class ListenerArgs(TypedDict):
    """A port of a Gateway. Without a hostname, the listener serves every host."""

    name: pulumi.Input[str]
    port: pulumi.Input[int]
    protocol: NotRequired[pulumi.Input[str]]
    hostname: NotRequired[pulumi.Input[str]]
    tls: NotRequired[ListenerTlsArgs]
    allowed_routes: NotRequired[pulumi.Input[AllowedRoutesArgs]]


class GatewayArgs(TypedDict):
    """A Gateway. Cilium makes a LoadBalancer Service `cilium-gateway-NAME` for it."""

    name: str
    namespace: NotRequired[str]
    gateway_class_name: NotRequired[pulumi.Input[str]]
    labels: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    annotations: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    addresses: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    infrastructure: NotRequired[pulumi.Input[InfrastructureArgs]]
    listeners: list[pulumi.Input[ListenerArgs]]


class GatewayHostNetworkArgs(TypedDict):
    """Listeners in the nodes' host network, on the ports of the Gateways, instead of LoadBalancer Services."""

    node_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]


class GatewayControllerArgs(TypedDict):
    """The settings of the chart's `gatewayAPI`.

    The cluster provides the CRDs of the Gateway API; only a lab installs them.
    """

    host_network: NotRequired[pulumi.Input[GatewayHostNetworkArgs]]
    external_traffic_policy: NotRequired[pulumi.Input[str]]
    alpn: NotRequired[pulumi.Input[bool]]
    app_protocol: NotRequired[pulumi.Input[bool]]
    proxy_protocol: NotRequired[pulumi.Input[bool]]
    xff_num_trusted_hops: NotRequired[pulumi.Input[int]]
