"""Objects of one component, each under a name of its own."""

from __future__ import annotations

from collections.abc import Iterable

import pulumi

from components.kubernetes.places import Manifest
from components.kubernetes.resources import KubernetesObject


def objects(name: str, manifests: Iterable[Manifest], options: pulumi.ResourceOptions) -> list[KubernetesObject]:
    """One resource each, called `COMPONENT-KIND-NAMESPACE-NAME`; without a namespace the part is left out."""
    return [KubernetesObject(_name(name, manifest), manifest, options, name) for manifest in manifests]


def _name(component: str, manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    space = f"{metadata['namespace']}-" if metadata.get("namespace") else ""
    return f"{component}-{manifest['kind'].lower()}-{space}{metadata['name']}"
