"""What a program declares, as far as the pack gets to see it.

Stack policies get resources as providers have answered, and a provider whose kubeconfig is not known yet answers
nothing. Resource policies get the inputs as they are registered: those are kept here until the stack is judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from policy.plain import plain


@dataclass(frozen=True)
class KubernetesResource:
    """A resource of Kubernetes. `known` is False where parts of it are known only by `up`, or nothing could be read."""

    urn: str
    type: str
    name: str
    document: dict[str, Any]
    known: bool


class Registered:
    """The inputs of each resource, by URN."""

    def __init__(self) -> None:
        self._inputs: dict[str, KubernetesResource] = {}

    def add(self, resource: Any) -> None:
        """From a resource policy."""
        if of_kubernetes(resource.resource_type):
            self._inputs[resource.urn] = kubernetes_resource(resource)

    def of(self, resources: Iterable[Any]) -> list[KubernetesResource]:
        """What is known of the resources that a stack policy is given."""
        return [
            self._inputs.get(resource.urn) or kubernetes_resource(resource)
            for resource in resources
            if of_kubernetes(resource.resource_type)
        ]


def of_kubernetes(kind: str) -> bool:
    """Whether a resource type is one of Kubernetes' objects or Helm's releases."""
    return kind.startswith("kubernetes:")


def kubernetes_resource(resource: Any) -> KubernetesResource:
    """A resource as the SDK gives it."""
    document, known = plain(resource.props)
    # An empty object is what a provider has answered that was not asked yet.
    return KubernetesResource(resource.urn, resource.resource_type, resource.name, document, known and bool(document))
