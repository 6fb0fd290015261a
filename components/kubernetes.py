"""Kubernetes objects as Pulumi resources.

The provider's typed classes take a second to import, for nothing that our own models have not
checked already; a resource is its type token and its inputs, and those are the provider's.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

import pulumi

Manifest = dict[str, Any]


class KubernetesObject(pulumi.CustomResource):
    """Any object, from its manifest."""

    def __init__(self, name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> None:
        super().__init__(_token(manifest), name, dict(manifest), _versioned(opts))


class NodeLabels(pulumi.CustomResource):
    """Labels on a Node that somebody else owns; `concern` keeps several of them apart."""

    def __init__(self, name: str, node: str, concern: str, labels: dict[str, str],
                 opts: pulumi.ResourceOptions) -> None:  # fmt: skip
        annotations = {
            "pulumi.com/patchForce": "true",
            "pulumi.com/patchFieldManager": f"cilium-edge-{concern}",
        }
        metadata = {"name": node, "labels": labels, "annotations": annotations}
        inputs = {"apiVersion": "v1", "kind": "Node", "metadata": metadata}
        super().__init__("kubernetes:core/v1:NodePatch", name, inputs, _versioned(opts))


class HelmRelease(pulumi.CustomResource):
    """A Helm v3 release. Its values are plain: an unknown inside them would hide every difference."""

    status: pulumi.Output[Any]

    def __init__(self, name: str, inputs: Manifest, opts: pulumi.ResourceOptions) -> None:
        properties = {**inputs, "status": None}
        super().__init__("kubernetes:helm.sh/v3:Release", name, properties, _versioned(opts))


class KubernetesProvider(pulumi.ProviderResource):
    """The cluster that objects go to."""

    def __init__(self, name: str, kubeconfig: pulumi.Output[str], opts: pulumi.ResourceOptions) -> None:
        inputs = {"kubeconfig": pulumi.Output.secret(kubeconfig)}
        super().__init__("kubernetes", name, inputs, _versioned(opts))


def _token(manifest: Manifest) -> str:
    api_version, kind = str(manifest["apiVersion"]), manifest["kind"]
    group = api_version if "/" in api_version else f"core/{api_version}"
    return f"kubernetes:{group}:{kind}"


@cache
def _version() -> str:
    return version("pulumi-kubernetes")


def _versioned(opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    own = pulumi.ResourceOptions(version=_version())
    merged: pulumi.ResourceOptions = pulumi.ResourceOptions.merge(own, opts)
    return merged
