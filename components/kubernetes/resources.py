"""Kubernetes objects as Pulumi resources.

The provider's typed classes take a second to import, and check nothing that the project's models have not already
checked. A resource needs only its type token and its inputs, which are the same as the provider's.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

import pulumi

from components.kubernetes.places import Manifest, former_places, token


class KubernetesObject(pulumi.CustomResource):
    """Any object, from its manifest.

    An object stays the same resource if its apiVersion or its section in the stack file changes. A new resource would
    be created onto the existing object, and the delete of the old resource would then remove the object. The resource
    therefore has aliases (`former_places`), and a replacement deletes the object first. `component` is the name of the
    component.
    """

    def __init__(self, name: str, manifest: Manifest, opts: pulumi.ResourceOptions, component: str) -> None:
        own = pulumi.ResourceOptions(aliases=former_places(name, manifest, component), delete_before_replace=True)
        super().__init__(token(manifest), name, dict(manifest), _versioned(pulumi.ResourceOptions.merge(opts, own)))


class LoadBalancer(KubernetesObject):
    """A Service of type LoadBalancer. `addresses` are its allocated addresses, as texts. Empty until allocation."""

    status: pulumi.Output[Any]

    def __init__(self, name: str, manifest: Manifest, opts: pulumi.ResourceOptions, component: str) -> None:
        # The SDK creates an output only for a declared property.
        super().__init__(name, {**manifest, "status": None}, opts, component)

    @property
    def addresses(self) -> pulumi.Output[list[str]]:
        """The addresses, or names, at which the Service is reached from outside."""
        return self.status.apply(
            lambda status: [
                entry.get("ip") or entry.get("hostname", "")
                for entry in ((status or {}).get("loadBalancer") or {}).get("ingress") or []
            ]
        )


class NodeLabels(pulumi.CustomResource):
    """Labels and taints of an existing Node. `concern` distinguishes several such resources for one Node.

    `taints` are all taints of the Node. None leaves the taints unchanged.
    """

    def __init__(
        self,
        name: str,
        node: str,
        concern: str,
        labels: dict[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions,
        taints: list[dict[str, str]] | None = None,
    ) -> None:
        annotations = {
            "pulumi.com/patchForce": "true",
            "pulumi.com/patchFieldManager": f"cilium-edge-{concern}",
        }
        metadata = {"name": node, "labels": labels, "annotations": annotations}
        inputs: Manifest = {"apiVersion": "v1", "kind": "Node", "metadata": metadata}
        if taints is not None:
            inputs["spec"] = {"taints": taints}
        # A replacement has the same field manager. If it came first, the old resource would then remove its labels.
        first = pulumi.ResourceOptions(delete_before_replace=True)
        merged = pulumi.ResourceOptions.merge(opts, first)
        super().__init__("kubernetes:core/v1:NodePatch", name, inputs, _versioned(merged))


class HelmRelease(pulumi.CustomResource):
    """A Helm v3 release. Its values are plain, because an unknown value inside would hide every difference."""

    status: pulumi.Output[Any]

    def __init__(self, name: str, inputs: Manifest, opts: pulumi.ResourceOptions) -> None:
        properties = {**inputs, "status": None}
        # Release names are unique.
        first = pulumi.ResourceOptions(delete_before_replace=True)
        merged = pulumi.ResourceOptions.merge(opts, first)
        super().__init__("kubernetes:helm.sh/v3:Release", name, properties, _versioned(merged))


class KubernetesProvider(pulumi.ProviderResource):
    """The cluster of the objects."""

    def __init__(self, name: str, kubeconfig: pulumi.Output[str], opts: pulumi.ResourceOptions) -> None:
        # A replaced Secret is absent for a moment, which ends the BGP session with its password.
        mutable = {"enableSecretMutable": "true", "enableConfigMapMutable": "true"}
        inputs = {"kubeconfig": pulumi.Output.secret(kubeconfig), **mutable}
        super().__init__("kubernetes", name, inputs, _versioned(opts))


@cache
def _version() -> str:
    return version("pulumi-kubernetes")


def _versioned(opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    own = pulumi.ResourceOptions(version=_version())
    merged: pulumi.ResourceOptions = pulumi.ResourceOptions.merge(own, opts)
    return merged
