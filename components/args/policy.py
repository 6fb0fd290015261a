"""Arguments as `config/policy.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

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


class PolicyRuleArgs(TypedDict):
    """One rule of either direction: whom it admits. All parts empty admits nobody."""

    endpoints: NotRequired[pulumi.Input[list[pulumi.Input[EndpointSelectorArgs]]]]
    entities: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    cidrs: NotRequired[pulumi.Input[list[pulumi.Input[CidrRuleArgs]]]]
    ports: NotRequired[pulumi.Input[list[pulumi.Input[int]]]]


class NetworkPolicyArgs(TypedDict):
    """A CiliumClusterwideNetworkPolicy.

    `ingress: []` (or a list of one empty rule, which is how the API has it) is default deny;
    leaving the key out does not touch that direction.
    """

    name: str
    endpoint_selector: NotRequired[pulumi.Input[EndpointSelectorArgs]]
    ingress: NotRequired[pulumi.Input[list[pulumi.Input[PolicyRuleArgs]]]]
    egress: NotRequired[pulumi.Input[list[pulumi.Input[PolicyRuleArgs]]]]
