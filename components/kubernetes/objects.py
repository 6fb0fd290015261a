"""The resources of one component's objects, with unique names."""

from __future__ import annotations

from collections.abc import Iterable

import pulumi

from components.kubernetes.places import Manifest
from components.kubernetes.resources import KubernetesObject


def objects(name: str, manifests: Iterable[Manifest], options: pulumi.ResourceOptions) -> list[KubernetesObject]:
    """One resource for each manifest, with the name `COMPONENT-KIND-NAMESPACE-NAME` (or without a namespace)."""
    return [KubernetesObject(_name(name, manifest), manifest, options, name) for manifest in manifests]


def _name(component: str, manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    space = f"{metadata['namespace']}-" if metadata.get("namespace") else ""
    return f"{component}-{manifest['kind'].lower()}-{space}{metadata['name']}"
