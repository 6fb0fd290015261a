"""Arguments as `config/policy.py` has them: made from its models, kept by tests/components/test_args."""

from typing import Any, NotRequired, TypedDict

import pulumi


class CidrRuleArgs(TypedDict):
    """A prefix without the prefixes inside it that are excepted."""

    cidr: pulumi.Input[str]
    except_: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class SourcedRequirementArgs(TypedDict):
    """A `matchExpressions` entry over sourced labels."""

    key: pulumi.Input[str]
    operator: pulumi.Input[str]
    values: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class EndpointSelectorArgs(TypedDict):
    """Which endpoints; an empty one takes all of them."""

    match_labels: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    match_expressions: NotRequired[pulumi.Input[list[pulumi.Input[SourcedRequirementArgs]]]]


class DefaultDenyArgs(TypedDict):
    """Whether the policy has its endpoints lose what no rule admits; None: where it has rules of that direction."""

    ingress: NotRequired[pulumi.Input[bool]]
    egress: NotRequired[pulumi.Input[bool]]


class FqdnArgs(TypedDict):
    """Names whose addresses are admitted, as pods look them up: one, or those of a pattern with `*`."""

    match_name: NotRequired[pulumi.Input[str]]
    match_pattern: NotRequired[pulumi.Input[str]]


class PolicyPortArgs(TypedDict):
    """Ports of one protocol: `port` is a number or a name, `endPort` makes it a range. ANY is TCP, UDP and SCTP."""

    port: pulumi.Input[Any]
    end_port: NotRequired[pulumi.Input[int]]
    protocol: NotRequired[pulumi.Input[str]]


class HttpRuleArgs(TypedDict):
    """HTTP requests that are admitted; expressions are Envoy's, and take the whole text."""

    method: NotRequired[pulumi.Input[str]]
    path: NotRequired[pulumi.Input[str]]
    host: NotRequired[pulumi.Input[str]]
    headers: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class PolicyRuleArgs(TypedDict):
    """One rule of either direction: whom it admits, or denies in a deny rule. All parts empty means nobody.

    A port that is a plain number is one of TCP. `fqdns` are of egress; `http` is what requests to the ports may be.
    """

    endpoints: NotRequired[pulumi.Input[list[pulumi.Input[EndpointSelectorArgs]]]]
    entities: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    cidrs: NotRequired[pulumi.Input[list[pulumi.Input[CidrRuleArgs]]]]
    fqdns: NotRequired[pulumi.Input[list[pulumi.Input[FqdnArgs]]]]
    ports: NotRequired[pulumi.Input[list[Any]]]
    http: NotRequired[pulumi.Input[list[pulumi.Input[HttpRuleArgs]]]]


class NetworkPolicyArgs(TypedDict):
    """A CiliumClusterwideNetworkPolicy; with a `namespace` a CiliumNetworkPolicy.

    `ingress: []` (or a list of one empty rule, which is how the API has it) is default deny;
    leaving the key out does not touch that direction. Deny rules win over all others. With `nodeSelector` instead of
    `endpointSelector` it is of the nodes themselves (the host firewall).
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
