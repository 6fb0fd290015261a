"""The declared resources of a program, as far as the pack sees them.

Stack policies get the outputs of providers, and a provider without a known kubeconfig has no outputs. Resource policies
get the inputs at registration. This module keeps the inputs until the stack policies run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from policy.plain import plain


@dataclass(frozen=True)
class KubernetesResource:
    """A resource of Kubernetes. `known` is False if some values are unknown before `up`, or nothing could be read."""

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
        """Records the resource of a resource policy."""
        if of_kubernetes(resource.resource_type):
            self._inputs[resource.urn] = kubernetes_resource(resource)

    def of(self, resources: Iterable[Any]) -> list[KubernetesResource]:
        """The resources of a stack policy, with the recorded inputs if there are any."""
        return [
            self._inputs.get(resource.urn) or kubernetes_resource(resource)
            for resource in resources
            if of_kubernetes(resource.resource_type)
        ]


def of_kubernetes(kind: str) -> bool:
    """Whether a resource type is a Kubernetes object or a Helm release."""
    return kind.startswith("kubernetes:")


def kubernetes_resource(resource: Any) -> KubernetesResource:
    """The SDK's resource as a KubernetesResource."""
    document, known = plain(resource.props)
    # An empty object comes from a provider that was not queried yet.
    return KubernetesResource(resource.urn, resource.resource_type, resource.name, document, known and bool(document))
