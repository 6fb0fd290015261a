"""Kubernetes objects as Pulumi resources.

The provider's typed classes take a second to import, for nothing that our own models have not
checked already; a resource is its type token and its inputs, and those are the provider's.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

import pulumi

from components.kubernetes.places import Manifest, former_places, token


class KubernetesObject(pulumi.CustomResource):
    """Any object, from its manifest.

    An object of the API stays one resource whatever its apiVersion is and wherever the stack file has it: a new
    resource would be created onto the old object, and the delete of the old resource would take both away. So it
    is known by its former places (`former_places`), and goes before it comes where it has to be made anew.
    `component` is the name of the component that holds it.
    """

    def __init__(self, name: str, manifest: Manifest, opts: pulumi.ResourceOptions, component: str) -> None:
        own = pulumi.ResourceOptions(aliases=former_places(name, manifest, component), delete_before_replace=True)
        super().__init__(token(manifest), name, dict(manifest), _versioned(pulumi.ResourceOptions.merge(opts, own)))


class LoadBalancer(KubernetesObject):
    """A Service of that type. `addresses`: those that it was given, as texts; empty until it has one."""

    status: pulumi.Output[Any]

    def __init__(self, name: str, manifest: Manifest, opts: pulumi.ResourceOptions, component: str) -> None:
        # Without a property of that name the SDK would make no output of it.
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
    """Labels and taints of a Node that somebody else owns; `concern` keeps several of them apart.

    `taints` are all the taints of the Node. None leaves the taints alone.
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
        # The next holder of the labels has the same field manager: what the former one gives back would be gone.
        first = pulumi.ResourceOptions(delete_before_replace=True)
        merged = pulumi.ResourceOptions.merge(opts, first)
        super().__init__("kubernetes:core/v1:NodePatch", name, inputs, _versioned(merged))


class HelmRelease(pulumi.CustomResource):
    """A Helm v3 release. Its values are plain: an unknown inside them would hide every difference."""

    status: pulumi.Output[Any]

    def __init__(self, name: str, inputs: Manifest, opts: pulumi.ResourceOptions) -> None:
        properties = {**inputs, "status": None}
        # There is one release of a name.
        first = pulumi.ResourceOptions(delete_before_replace=True)
        merged = pulumi.ResourceOptions.merge(opts, first)
        super().__init__("kubernetes:helm.sh/v3:Release", name, properties, _versioned(merged))


class KubernetesProvider(pulumi.ProviderResource):
    """The cluster that objects go to."""

    def __init__(self, name: str, kubeconfig: pulumi.Output[str], opts: pulumi.ResourceOptions) -> None:
        # A Secret that is made anew is gone for a moment, and a session whose password it holds with it.
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
