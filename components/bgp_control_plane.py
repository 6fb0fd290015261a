"""BgpControlPlane: node labels, Cilium's BGP custom resources, and the nodes' return routes."""

from __future__ import annotations

import pulumi
from pulumi_command.remote import Command

from components.access import Access
from components.cilium import manifests
from components.cilium.values import secrets_namespace
from components.kubernetes import KubernetesObject, KubernetesProvider, NodeLabels
from components.owner import owner
from components.places import SECRETS, in_namespace
from components.return_routes import apply_script, delete_script, return_routes
from components.secrets import password
from config.bgp import Bgp
from config.stack import StackConfig


class BgpControlPlane(pulumi.ComponentResource):
    """The cluster's side of BGP. `crds` is the resource after which the custom kinds exist."""

    def __init__(self, name: str, stack: StackConfig, bgp: Bgp, access: Access,
                 provider: KubernetesProvider, crds: pulumi.Resource,
                 opts: pulumi.ResourceOptions | None = None) -> None:  # fmt: skip
        super().__init__("cilium-edge:cilium:BgpControlPlane", name, None, opts)
        cilium = stack.cilium
        plain = pulumi.ResourceOptions(parent=self, provider=provider)
        custom = pulumi.ResourceOptions(parent=self, provider=provider, depends_on=[crds])
        if bgp.node_labels:
            for node in stack.nodes:
                NodeLabels(f"{name}-label-{node.name}", node.name, "bgp", dict(bgp.node_labels), plain)
        for auth in bgp.auth_secrets:
            auth_secret = {
                "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
                "metadata": {"name": auth.name, "namespace": secrets_namespace(stack)},
                "stringData": {"password": password(auth.password_config)},
            }  # fmt: skip
            # Another namespace can be the chart's to make.
            after = plain if secrets_namespace(stack) == SECRETS else custom
            KubernetesObject(in_namespace(f"{name}-auth-", auth_secret, SECRETS), auth_secret, after)
        made = [manifests.advertisement_set(item, cilium) for item in bgp.advertisements]
        made += [manifests.peer_config(item, cilium) for item in bgp.peer_configs]
        made += [manifests.node_override(item, cilium) for item in bgp.node_overrides]
        made += [manifests.cluster_config(item, cilium) for item in bgp.cluster_configs]
        for manifest in made:
            kind = manifest["kind"].removeprefix("CiliumBGP").lower()
            KubernetesObject(f"{name}-{kind}-{manifest['metadata']['name']}", manifest, custom)
        for route in return_routes(stack):
            resource = f"{name}-route-{route.node.name}"
            script = apply_script(route, owner(resource))
            Command(
                resource,
                connection=access.connection(route.node.name, route.node.ssh),
                create=script, update=script, delete=delete_script(route, owner(resource)),
                add_previous_output_in_env=False,
                opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
            )  # fmt: skip
        self.register_outputs({})
