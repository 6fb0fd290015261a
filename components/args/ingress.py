"""Arguments as `config/ingress.py` has them: made from its models, kept by tests/components/test_args."""

from typing import Any, NotRequired, TypedDict

import pulumi

from components.args.labels import LabelSelectorArgs


class HostNetworkArgs(TypedDict):
    """Listeners in the nodes' host network instead of a LoadBalancer Service."""

    node_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    port: NotRequired[pulumi.Input[int]]


class IngressControllerArgs(TypedDict):
    """The settings of the chart's `ingressController`. `mode` decides how Ingresses get their address."""

    mode: NotRequired[pulumi.Input[str]]
    default: NotRequired[pulumi.Input[bool]]
    host_network: NotRequired[pulumi.Input[HostNetworkArgs]]
    load_balancer_class: NotRequired[pulumi.Input[str]]


class IngressBackendArgs(TypedDict):
    """The Service for requests that no rule matches."""

    service: pulumi.Input[str]
    port: pulumi.Input[Any]


class IngressTlsArgs(TypedDict):
    """The certificate for some hosts, in the namespace of the Ingress."""

    secret_name: NotRequired[str]
    certificate_config: NotRequired[str]
    key_config: NotRequired[str]
    hosts: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class IngressPathArgs(TypedDict):
    """One path of one host, and the backend Service."""

    path: NotRequired[pulumi.Input[str]]
    path_type: NotRequired[pulumi.Input[str]]
    service: pulumi.Input[str]
    port: pulumi.Input[Any]


class IngressRuleArgs(TypedDict):
    """Paths of one host. Without a host, the rule applies to every host."""

    host: NotRequired[pulumi.Input[str]]
    paths: pulumi.Input[list[pulumi.Input[IngressPathArgs]]]


class IngressArgs(TypedDict):
    """An Ingress, by default of class `cilium`. `annotations` are free text, as in Kubernetes."""

    name: str
    namespace: NotRequired[str]
    ingress_class_name: NotRequired[pulumi.Input[str]]
    labels: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    annotations: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    load_balancer_mode: NotRequired[pulumi.Input[str]]
    default_backend: NotRequired[pulumi.Input[IngressBackendArgs]]
    tls: NotRequired[list[pulumi.Input[IngressTlsArgs]]]
    rules: NotRequired[pulumi.Input[list[pulumi.Input[IngressRuleArgs]]]]
