"""The command that makes a kind cluster, and the configuration that the command gives to kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pulumi
from pulumi_command import local

from components.docker.kubeadm import wants_kube_proxy
from components.hosts.shell import script, word
from config.cluster import KindCluster as Settings
from config.stack import StackConfig

_HERE = Path(__file__).parent
# Without `update`, a changed text of `create` runs again, and that removes the cluster.
_KEEP = "true"


def cluster_command(
    stack: StackConfig,
    cluster: Settings,
    network: pulumi.Output[str],
    after: list[pulumi.Resource],
    parent: pulumi.Resource,
) -> local.Command:
    """The command on the Docker network `network`. Only another cluster, network or node image runs it again."""
    image = f"--image {word(cluster.images.node)}" if cluster.images.node else ""

    def text(name: str, **more: str) -> pulumi.Output[str]:
        return network.apply(lambda it: script(_HERE / name, cluster=cluster.name, network=word(it), **more))

    written = _configuration(stack, cluster)
    return local.Command(
        "kind",
        create=text("kind_create.sh", image=image),
        update=_KEEP,
        # kind cannot change the nodes or the network of a cluster.
        triggers=[written, cluster.images.node or ""],
        stdin=written,
        delete=text("kind_delete.sh"),
        add_previous_output_in_env=False,
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=after,
            delete_before_replace=True,
            # Not among `triggers`: another trigger would replace the clusters of stacks that were made without it.
            replacement_trigger=[cluster.name, network],
        ),
    )


def _configuration(stack: StackConfig, cluster: Settings) -> str:
    """kind's configuration; YAML, written as JSON."""
    networking: dict[str, Any] = {
        "disableDefaultCNI": True,
        "podSubnet": str(cluster.pod_cidr),
        "serviceSubnet": str(cluster.service_cidr),
    }
    if not wants_kube_proxy(stack):
        networking["kubeProxyMode"] = "none"
    return json.dumps(
        {
            "kind": "Cluster",
            "apiVersion": "kind.x-k8s.io/v1alpha4",
            "networking": networking,
            "nodes": [{"role": node.role} for node in stack.nodes],
        }
    )
