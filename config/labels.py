"""Kubernetes labels and label selectors, with the API server's matching."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.base import Model

# Labels with a meaning in Kubernetes.
HOSTNAME = "kubernetes.io/hostname"
OS = "kubernetes.io/os"
CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
ZONE = "topology.kubernetes.io/zone"

_NAME = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_KEY = rf"^([a-z0-9]([-a-z0-9.]{{0,251}}[a-z0-9])?/)?{_NAME}$"
_VALUE = rf"^({_NAME})?$"
LabelKey = Annotated[str, Field(pattern=_KEY)]
LabelValue = Annotated[str, Field(pattern=_VALUE)]
Labels = dict[LabelKey, LabelValue]

# Pattern -> its description in error messages.
PATTERNS = {
    _KEY: "a label key such as app or topology.kubernetes.io/zone",
    _VALUE: "a label value of letters, digits, dashes, dots and underscores (63 characters at most)",
}


class Requirement(Model):
    """One `matchExpressions` entry. Only In and NotIn have `values`."""

    key: LabelKey
    """The label's key."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    """How the label is matched."""
    values: tuple[LabelValue, ...] = ()
    """The values, with In and NotIn."""

    @model_validator(mode="after")
    def _values_fit_operator(self) -> Requirement:
        if (self.operator in ("In", "NotIn")) != bool(self.values):
            raise ValueError("values with operator In or NotIn, and no values with Exists or DoesNotExist")
        return self

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels satisfy this requirement (an absent key satisfies NotIn)."""
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None


class LabelSelector(Model):
    """A Kubernetes LabelSelector. An empty selector matches everything, as in the API."""

    match_labels: Labels = {}
    """Labels that an object must have."""
    match_expressions: tuple[Requirement, ...] = ()
    """Requirements that an object's labels must meet."""

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with these labels is selected."""
        return all(labels.get(k) == v for k, v in self.match_labels.items()) and all(
            requirement.matches(labels) for requirement in self.match_expressions
        )

    @property
    def takes_all_but(self) -> bool:
        """Whether the selector only excludes objects: without exclusions it selects everything."""
        negative = all(item.operator in ("NotIn", "DoesNotExist") for item in self.match_expressions)
        return not self.match_labels and negative

    def manifest(self) -> dict[str, object]:
        """The selector as in a Kubernetes object."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
