"""What the edge has besides BGP: L2 announcements, Ingress, policies, own manifests."""

from __future__ import annotations

from collections.abc import Iterator

import pulumi

from components.cilium import edge
from components.cilium.manifests import Manifest
from components.kubernetes import KubernetesObject, KubernetesProvider
from config.stack import StackConfig


class EdgeObjects(pulumi.ComponentResource):
    """One kind of object of the edge; `crds` is the resource after which the custom kinds exist."""

    def __init__(self, kind: str, name: str, manifests: list[Manifest], provider: KubernetesProvider,
                 crds: pulumi.Resource, opts: pulumi.ResourceOptions | None = None) -> None:  # fmt: skip
        super().__init__(f"cilium-edge:cilium:{kind}", name, None, opts)
        custom = pulumi.ResourceOptions(parent=self, provider=provider, depends_on=[crds])
        for manifest in manifests:
            metadata = manifest["metadata"]
            space = f"{metadata['namespace']}-" if metadata.get("namespace") else ""
            KubernetesObject(f"{name}-{manifest['kind'].lower()}-{space}{metadata['name']}", manifest, custom)
        self.register_outputs({})


def edge_manifests(stack: StackConfig) -> Iterator[tuple[str, str, list[Manifest]]]:
    """Component kind, component name, its objects; kinds without an object are left out."""
    groups = (
        ("L2Announcements", "l2", [edge.l2_policy(item) for item in stack.l2_policies]),
        ("CiliumIngress", "ingress", [*(edge.ingress(item) for item in stack.ingresses),
                                      *(edge.network_policy(item) for item in stack.network_policies)]),
        ("Manifests", "extra", [item.document() for item in stack.manifests]),
    )  # fmt: skip
    return ((kind, name, made) for kind, name, made in groups if made)

