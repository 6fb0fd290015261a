"""KindCluster: a kind cluster beside the stack's containers, its nodes as Docker made them, and SSH to the nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
from pulumi_command import local
from pulumi_command.remote import ConnectionArgs
from pulumi_docker import RemoteImage

from components.docker import kind_nodes, links
from components.docker.hosts import DockerHosts
from components.docker.kind_access import access_container
from components.docker.kind_cluster import cluster_command
from components.docker.of_the_cluster import OfTheCluster
from components.hosts.host_of import made_of
from components.hosts.shell import script
from config.cluster import KindCluster as Settings
from config.kind import Learned
from config.stack import StackConfig
from effective.containers import name, of_node

_HERE = Path(__file__).parent


class KindCluster(pulumi.ComponentResource):
    """A kind cluster, and SSH to its nodes.

    `learned`: node -> its address and PodCIDR, unknown in a preview before the cluster exists. `connections`: node ->
    SSH to the node. `kubeconfig`: the administrator's kubeconfig, a secret.
    """

    learned: pulumi.Output[Learned]
    kubeconfig: pulumi.Output[str]

    def __init__(
        self, stack: StackConfig, cluster: Settings, hosts: DockerHosts, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("cilium-edge:docker:KindCluster", "kubernetes", None, opts)
        self._stack, self._cluster, self._hosts = stack, cluster, hosts
        self._network = pulumi.Output.from_input(hosts.networks[name(cluster.subnet)])
        made = None
        if cluster.create:
            # kind's nodes must not get the addresses of routers and outposts.
            made = cluster_command(stack, cluster, self._network, list(hosts.containers.values()), self)
            pulumi.runtime.register_stack_transformation(OfTheCluster(made))
        found = self._command("nodes", kind_nodes.script_for(cluster, self._network), made)
        pods = None
        if stack.cilium.ipam == "kubernetes":
            pods = self._command("pods", script(_HERE / "kind_pods.sh", cluster=cluster.name), found).stdout
        self._nodes = found.stdout.apply(lambda text: kind_nodes.read(text or ""))
        self.learned = pulumi.Output.all(self._nodes, pods).apply(lambda both: kind_nodes.learned(*both))
        control = f"{cluster.name}-control-plane"
        server = self._nodes.apply(lambda nodes: f"{nodes[control].address.partition('/')[0]}:{cluster.api_port}")
        reading = server.apply(lambda at: script(_HERE / "kind_kubeconfig.sh", cluster=cluster.name, server=at))
        self.kubeconfig = pulumi.Output.secret(self._command("kubeconfig", reading, found, secret=True).stdout)
        self._image = RemoteImage(
            "access-image",
            name=cluster.images.access,
            keep_locally=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.connections = {node.name: self._access(node.name, made) for node in stack.nodes}
        # kind has no settings for these.
        for node in stack.nodes:
            settings = of_node(node)
            if links.wanted(settings):
                links.command(settings, self.connections[node.name], self)
        self.register_outputs({"kubeconfig": self.kubeconfig})

    def access(self) -> pulumi.Output[Any]:
        """The probes' access to hosts: the key, and host -> address, port and host key."""
        return self._hosts.access(self.connections)

    def _command(
        self, name: str, text: pulumi.Input[str], after: local.Command | None, *, secret: bool = False
    ) -> local.Command:
        """A script that reads from the cluster. It runs again for a new cluster."""
        more = {"logging": local.Logging.NONE} if secret else {}
        return local.Command(
            f"kind-{name}",
            create=text,
            triggers=[after.id] if after else None,
            add_previous_output_in_env=False,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[after] if after else None,
                additional_secret_outputs=["stdout"] if secret else None,
            ),
            **more,
        )

    def _access(self, node: str, made: local.Command | None) -> ConnectionArgs:
        container = self._nodes.apply(lambda nodes: nodes[node].container)
        address = self._nodes.apply(lambda nodes: nodes[node].address.partition("/")[0])
        connection = access_container(
            node, container, address, self._hosts.key, self._image.name, pulumi.ResourceOptions(parent=self)
        )
        # Settings on nodes end with a cluster that the stack made. From another cluster, the program removes them.
        if made is not None:
            made_of(connection, made)
        return connection
