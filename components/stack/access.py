"""The program's access to hosts and cluster: one class for each kind of cluster."""

from __future__ import annotations

import os
from typing import Any, Protocol

import pulumi
from pulumi_command.remote import ConnectionArgs, ProxyConnectionArgs

from components.inputs.secrets import given, public_file, secret, secret_file
from components.kubernetes.resources import NodeLabels
from config.cluster import DockerCluster, ExistingCluster, KindCluster, LabCluster
from config.errors import ConfigError, Problem
from config.home import home
from config.ssh import SshEndpoint
from config.stack import StackConfig, management_addresses

_UP = "start the lab: edge lab up"
# The output with addresses and keys of hosts whose keys were made with the stack.
ACCESS = "access"
# The output with the addresses and PodCIDRs of a kind cluster's nodes.
LEARNED = "learned"


class Access(Protocol):
    """Connections to a stack's hosts and its cluster."""

    def connection(self, host: str, endpoint: SshEndpoint) -> ConnectionArgs:
        """SSH to a host."""
        ...

    def kubeconfig(self) -> pulumi.Output[str]:
        """The administrator's kubeconfig."""
        ...

    def certificate(self, key: str) -> pulumi.Output[str]:
        """A certificate or its key, by its name in the stack's configuration."""
        ...

    def chart(self) -> str | None:
        """The path of Cilium's chart; None if the chart comes from a repository."""
        ...

    def outputs(self) -> dict[str, pulumi.Output[Any]]:
        """Outputs of the stack about the access, besides the kubeconfig."""
        ...

    def nodes(self, here: pulumi.ResourceOptions) -> list[pulumi.Resource]:
        """The resources that must exist before an object refers to a Node. `here`: options of Kubernetes objects."""
        ...


class LabAccess:
    """The embedded lab: keys, certificates and kubeconfig are files that the lab made."""

    def __init__(self, stack: StackConfig, cluster: LabCluster) -> None:
        self._dir = home() / "lab" / pulumi.get_stack()
        self._cluster = cluster
        self._addresses = management_addresses(stack, cluster)

    def connection(self, host: str, endpoint: SshEndpoint) -> ConnectionArgs:
        return ConnectionArgs(
            host=endpoint.host or str(self._addresses[host].ip),
            port=endpoint.port,
            user=self._cluster.ssh.user,
            private_key=secret_file(self._dir / "ssh" / "id_ed25519", _UP),
            host_key=public_file(self._dir / "ssh" / f"{host}_ed25519.pub", _UP),
            dial_error_limit=self._cluster.ssh.dial_error_limit,
        )

    def kubeconfig(self) -> pulumi.Output[str]:
        return secret_file(self._dir / "kubeconfig", _UP)

    def certificate(self, key: str) -> pulumi.Output[str]:
        # The lab's own authority issues what the stack's configuration lacks.
        made = self._dir / "certificates" / key
        return secret(key) if given(key) else secret_file(made, _UP)

    def chart(self) -> str | None:
        # Relative to the project, so that the state of one checkout serves another.
        return str(os.path.relpath(self._dir / "charts" / "cilium"))

    def outputs(self) -> dict[str, pulumi.Output[Any]]:
        return {}

    def nodes(self, here: pulumi.ResourceOptions) -> list[pulumi.Resource]:
        return []


class ExistingAccess:
    """Hosts and a cluster that exist already: addresses and keys are in the stack and its secrets."""

    def __init__(self, cluster: ExistingCluster) -> None:
        self._cluster = cluster

    def connection(self, host: str, endpoint: SshEndpoint) -> ConnectionArgs:
        ssh = self._cluster.ssh
        if endpoint.host_key is None:
            problem = Problem(f"{host}: ssh.hostKey", "the host's public key line (ssh-keyscan)", "nothing")
            raise ConfigError(pulumi.get_stack(), [problem])
        key = secret(ssh.private_key_config)
        proxy = None
        if ssh.bastion is not None:
            proxy = ProxyConnectionArgs(
                host=ssh.bastion.host,
                port=ssh.bastion.port,
                user=ssh.bastion.user,
                host_key=ssh.bastion.host_key,
                private_key=key,
            )
        return ConnectionArgs(
            host=endpoint.host or host,
            port=endpoint.port,
            user=ssh.user,
            private_key=key,
            host_key=endpoint.host_key,
            proxy=proxy,
            dial_error_limit=ssh.dial_error_limit,
        )

    def kubeconfig(self) -> pulumi.Output[str]:
        return secret(self._cluster.kubeconfig_config)

    def certificate(self, key: str) -> pulumi.Output[str]:
        return secret(key)

    def chart(self) -> str | None:
        return None

    def outputs(self) -> dict[str, pulumi.Output[Any]]:
        return {}

    def nodes(self, here: pulumi.ResourceOptions) -> list[pulumi.Resource]:
        return []


class DockerAccess:
    """Containers as hosts: keys and kubeconfig are made with the containers."""

    def __init__(self, stack: StackConfig, cluster: DockerCluster) -> None:
        # These modules import Pulumi's Docker SDK, which a stack without containers does not need.
        from components.docker.cluster import KubeadmCluster
        from components.docker.hosts import DockerHosts

        self._version = stack.cilium.version
        self._hosts = DockerHosts(stack, cluster)
        self._kubernetes = KubeadmCluster(stack, self._hosts)

    def connection(self, host: str, endpoint: SshEndpoint) -> ConnectionArgs:
        return self._hosts.connections[host]

    def kubeconfig(self) -> pulumi.Output[str]:
        return self._kubernetes.kubeconfig

    def certificate(self, key: str) -> pulumi.Output[str]:
        return secret(key)

    def chart(self) -> str | None:
        return _local_chart(self._version)

    def outputs(self) -> dict[str, pulumi.Output[Any]]:
        return {ACCESS: self._hosts.access()}

    def nodes(self, here: pulumi.ResourceOptions) -> list[pulumi.Resource]:
        return list(self._kubernetes.registered)


class KindAccess:
    """A kind cluster and the containers beside it. Addresses are known once the cluster exists."""

    def __init__(self, stack: StackConfig, cluster: KindCluster) -> None:
        from components.docker.hosts import DockerHosts
        from components.docker.kind import KindCluster as Made

        self._stack = stack
        self._hosts = DockerHosts(stack, cluster)
        self._made = Made(stack, cluster, self._hosts)
        self.learned = self._made.learned

    def connection(self, host: str, endpoint: SshEndpoint) -> ConnectionArgs:
        return {**self._hosts.connections, **self._made.connections}[host]

    def kubeconfig(self) -> pulumi.Output[str]:
        return self._made.kubeconfig

    def certificate(self, key: str) -> pulumi.Output[str]:
        return secret(key)

    def chart(self) -> str | None:
        return _local_chart(self._stack.cilium.version)

    def outputs(self) -> dict[str, pulumi.Output[Any]]:
        return {ACCESS: self._made.access(), LEARNED: self.learned}

    def nodes(self, here: pulumi.ResourceOptions) -> list[pulumi.Resource]:
        from components.docker.kubeadm import taints

        return [
            NodeLabels(
                f"{node.name}-registered",
                node.name,
                "node",
                {**node.labels},
                here,
                taints(node) if node.taints else None,
            )
            for node in self._stack.nodes
            if node.labels or node.taints
        ]


def _local_chart(version: str) -> str | None:
    """The path of the chart that `edge setup --docker` stored; None without one: then the repository has the chart."""
    here = home() / "charts" / f"cilium-{version}"
    return str(os.path.relpath(here)) if here.exists() else None


def access_to(stack: StackConfig) -> Access:
    """The access of the stack's kind of cluster."""
    if isinstance(stack.cluster, LabCluster):
        return LabAccess(stack, stack.cluster)
    if isinstance(stack.cluster, DockerCluster):
        return DockerAccess(stack, stack.cluster)
    if isinstance(stack.cluster, KindCluster):
        return KindAccess(stack, stack.cluster)
    return ExistingAccess(stack.cluster)
