"""Arguments as `config/policy.py` has them: made from its models, kept by tests/components/test_args."""

from typing import Any, NotRequired, TypedDict

import pulumi


class CidrRuleArgs(TypedDict):
    """A prefix, except for some prefixes inside it."""

    cidr: pulumi.Input[str]
    except_: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class SourcedRequirementArgs(TypedDict):
    """A `matchExpressions` entry for labels with a source."""

    key: pulumi.Input[str]
    operator: pulumi.Input[str]
    values: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class EndpointSelectorArgs(TypedDict):
    """The endpoints that are selected. An empty selector matches all endpoints."""

    match_labels: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    match_expressions: NotRequired[pulumi.Input[list[pulumi.Input[SourcedRequirementArgs]]]]


class DefaultDenyArgs(TypedDict):
    """Whether the policy denies traffic that no rule admits. None: yes, if the policy has rules of that direction."""

    ingress: NotRequired[pulumi.Input[bool]]
    egress: NotRequired[pulumi.Input[bool]]


class FqdnArgs(TypedDict):
    """DNS names, whose addresses (as pods resolve them) are admitted: one name, or a pattern with `*`."""

    match_name: NotRequired[pulumi.Input[str]]
    match_pattern: NotRequired[pulumi.Input[str]]


class PolicyPortArgs(TypedDict):
    """Ports of one protocol. `port` is a number or a name. `endPort` ends a range. ANY means TCP, UDP and SCTP."""

    port: pulumi.Input[Any]
    end_port: NotRequired[pulumi.Input[int]]
    protocol: NotRequired[pulumi.Input[str]]


class HttpRuleArgs(TypedDict):
    """The admitted HTTP requests. Expressions have Envoy's syntax and match the whole text."""

    method: NotRequired[pulumi.Input[str]]
    path: NotRequired[pulumi.Input[str]]
    host: NotRequired[pulumi.Input[str]]
    headers: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class PolicyRuleArgs(TypedDict):
    """One rule of either direction: the peers that the rule admits or denies. An empty rule matches no peer.

    A plain number in `ports` is a TCP port. `fqdns` exist only for egress. `http` limits the requests to the ports.
    """

    endpoints: NotRequired[pulumi.Input[list[pulumi.Input[EndpointSelectorArgs]]]]
    entities: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    cidrs: NotRequired[pulumi.Input[list[pulumi.Input[CidrRuleArgs]]]]
    fqdns: NotRequired[pulumi.Input[list[pulumi.Input[FqdnArgs]]]]
    ports: NotRequired[pulumi.Input[list[Any]]]
    http: NotRequired[pulumi.Input[list[pulumi.Input[HttpRuleArgs]]]]


class NetworkPolicyArgs(TypedDict):
    """A CiliumClusterwideNetworkPolicy, or with a `namespace` a CiliumNetworkPolicy.

    `ingress: []` (or a list of one empty rule, which is the API's form) is default deny. Without the key, the
    policy does not affect that direction. Deny rules override all others. With `nodeSelector` instead of
    `endpointSelector`, the policy applies to the nodes themselves (the host firewall).
    """

    name: str
    namespace: NotRequired[str]
    endpoint_selector: NotRequired[pulumi.Input[EndpointSelectorArgs]]
    node_selector: NotRequired[pulumi.Input[EndpointSelectorArgs]]
    enable_default_deny: NotRequired[pulumi.Input[DefaultDenyArgs]]
    ingress: NotRequired[pulumi.Input[list[pulumi.Input[PolicyRuleArgs]]]]
    egress: NotRequired[pulumi.Input[list[pulumi.Input[PolicyRuleArgs]]]]
    ingress_deny: NotRequired[pulumi.Input[list[pulumi.Input[PolicyRuleArgs]]]]
    egress_deny: NotRequired[pulumi.Input[list[pulumi.Input[PolicyRuleArgs]]]]
