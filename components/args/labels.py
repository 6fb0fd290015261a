"""Arguments as `config/labels.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi


class RequirementArgs(TypedDict):
    """One `matchExpressions` entry. Only In and NotIn have `values`."""

    key: pulumi.Input[str]
    operator: pulumi.Input[str]
    values: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class LabelSelectorArgs(TypedDict):
    """A Kubernetes LabelSelector. An empty selector matches everything, as in the API."""

    match_labels: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    match_expressions: NotRequired[pulumi.Input[list[pulumi.Input[RequirementArgs]]]]
