"""KubeadmCluster: Kubernetes on nodes that have a kubelet and kubeadm, over SSH."""

from __future__ import annotations

import pulumi
from pulumi_command.remote import Command

from components.docker import kubeadm
from components.docker.hosts import DockerHosts
from components.docker.keys import bootstrap_token
from components.docker.of_the_cluster import OfTheCluster
from components.hosts.host_of import living_on
from config.node import Node
from config.stack import StackConfig
from effective.containers import control_plane


class KubeadmCluster(pulumi.ComponentResource):
    """`kubeconfig` is the administrator's, secret, and known once the API server answers."""

    kubeconfig: pulumi.Output[str]

    def __init__(self, stack: StackConfig, hosts: DockerHosts, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("cilium-edge:docker:KubeadmCluster", "kubernetes", None, opts)
        self._hosts = hosts
        token = hosts.key.apply(bootstrap_token)
        control = control_plane(stack)
        pulumi.runtime.register_stack_transformation(OfTheCluster(hosts.containers[control.name]))
        written = token.apply(lambda it: kubeadm.init_configuration(stack, control, it))
        init = self._command(f"{control.name}-init", control.name, kubeadm.INIT, written, [control.name], [])
        self.kubeconfig = pulumi.Output.secret(init.stdout)
        # Each command ends when its Node exists with the labels and the PodCIDR that no kubelet sets.
        self.registered = [self._register(stack, control, control, init)]
        # Workers in another subnet reach the API server through routers and static routes.
        settled = list(hosts.settled.values())
        for node in stack.nodes:
            if node is control:
                continue
            written = pulumi.Output.all(token, self.kubeconfig).apply(
                lambda both, node=node: kubeadm.join_configuration(stack, node, *both)
            )
            join = self._command(
                f"{node.name}-join", node.name, kubeadm.JOIN, written, [node.name, control.name], settled
            )
            self.registered.append(self._register(stack, node, control, join))
        self.register_outputs({"kubeconfig": self.kubeconfig})

    def _command(
        self,
        name: str,
        host: str,
        script: str,
        written: pulumi.Output[str],
        of: list[str],
        after: list[pulumi.Resource],
    ) -> Command:
        """kubeadm on a host. Made anew with the containers that it is `of`; any other change leaves a cluster alone."""
        connection = self._hosts.connections[host]
        return Command(
            name,
            connection=connection,
            create=script,
            update=script,
            stdin=pulumi.Output.secret(written),
            triggers=[self._hosts.containers[each].id for each in of],
            add_previous_output_in_env=False,
            opts=living_on(
                connection,
                pulumi.ResourceOptions(
                    parent=self,
                    depends_on=[self._hosts.settled[host], *after],
                    delete_before_replace=True,
                    additional_secret_outputs=["stdout", "connection"],
                ),
            ),
        )

    def _register(self, stack: StackConfig, node: Node, control: Node, joined: Command) -> Command:
        """A Node's PodCIDR and labels, set on the control plane as soon as the node has joined.

        The Node outlives its container: one that is made anew joins under the same Node, with all that others have
        put on it.
        """
        script, connection = kubeadm.registered_script(stack, node), self._hosts.connections[control.name]
        return Command(
            f"{node.name}-registered",
            connection=connection,
            create=script,
            update=script,
            delete=kubeadm.forget_script(node),
            add_previous_output_in_env=False,
            opts=living_on(
                connection,
                pulumi.ResourceOptions(
                    parent=self,
                    depends_on=[joined],
                    delete_before_replace=True,
                    additional_secret_outputs=["connection"],
                ),
            ),
        )
