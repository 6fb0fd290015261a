"""Where the cluster comes from: the embedded lab, containers of a Docker engine, or one that is there already."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from config.base import Model
from config.net import Address, Port, Prefix
from config.ssh import SshAccess
from config.text import SecretName

_KUBERNETES = r"^v?1\.[0-9]{2}(\.[0-9]+)?$"
_PATCH = r"^v?1\.[0-9]{2}\.[0-9]+$"
_IMAGE = r"^[a-z0-9][a-zA-Z0-9._/:@-]*[a-zA-Z0-9]$"
PATTERNS = {
    _KUBERNETES: 'a version of Kubernetes in quotes, such as "1.34"',
    _PATCH: 'a whole version of Kubernetes, such as "1.34.4"',
    _IMAGE: "the name of an image, such as kindest/node:v1.34.4",
}
ImageName = Annotated[str, Field(pattern=_IMAGE)]


class _Cluster(Model):
    """Address plan of a cluster. `podCIDR` holds every node's own PodCIDR.

    `kubernetes` is the version that runs there (`1.34`, `1.34.2`), where the stack knows it. `distribution` is who
    packages it, whose pitfalls are checked, and `disabled` what of it was left out when it was installed.
    """

    pod_cidr: Prefix
    """The prefix that holds every node's own PodCIDR."""
    service_cidr: Prefix
    """The prefix of the Services' cluster addresses."""
    api_server: Address
    """The address of the API server that agents and hosts use."""
    api_port: Port = 6443
    """The API server's TCP port."""
    kubernetes: Annotated[str | None, Field(pattern=_KUBERNETES)] = None
    """The version that runs there, in quotes; unset: nobody knows."""
    distribution: Literal["kubeadm", "k3s", "rke2", "talos", "kind"] | None = None
    """Who packages Kubernetes, whose pitfalls are then checked."""
    disabled: tuple[Literal["servicelb", "traefik", "kube-proxy", "flannel", "network-policy"], ...] = ()
    """What of the distribution was left out when it was installed."""
    ssh: SshAccess = SshAccess()
    """How hosts are reached over SSH."""


class LabCluster(_Cluster):
    """Real Kubernetes, Cilium and FRR in namespaces of this machine.

    `managementPrefix` is the out-of-band network that SSH, probes and deploys use; it exists only
    inside the lab's namespaces.
    """

    kind: Literal["lab"]
    """Real Kubernetes, Cilium and FRR in namespaces of this machine."""
    management_prefix: Prefix = IPv4Network("192.168.121.0/24")
    """The lab's out-of-band network for SSH, probes and deploys."""


class ExistingCluster(_Cluster):
    """A cluster that somebody else built: hosts over SSH, the API through a kubeconfig.

    The kubeconfig is the secret `kubeconfigConfig` of the stack's configuration.
    """

    kind: Literal["existing"]
    """A cluster that somebody else built."""
    kubeconfig_config: SecretName = "kubeconfig"
    """The secret of the configuration that holds the kubeconfig."""


class ContainerImages(Model):
    """What hosts that are containers are made of. The engine has them already, or pulls them.

    `node` is a node image as kind has them (systemd, containerd, kubelet, kubeadm) with sshd in it; `router` is FRR
    with sshd, and `outpost` a server that says whose address it saw.
    """

    node: ImageName
    """A node image as kind has it, with sshd in it."""
    router: ImageName = "cilium-edge/router:8.4.4"
    """An image of FRR with sshd in it."""
    outpost: ImageName = "cilium-edge/outpost:1"
    """An image of a server that says whose address it saw."""


class DockerCluster(_Cluster):
    """Hosts as containers of one Docker engine: the engine that DOCKER_HOST names, or the machine's own.

    kubeadm makes the cluster, in the version `kubernetes`, which is that of the node image. Every subnet of the hosts'
    interfaces is a network. SSH keys are made with the stack, and are in its state.
    """

    kind: Literal["docker"]
    """Hosts as containers of one Docker engine."""
    kubernetes: Annotated[str, Field(pattern=_PATCH)]
    """The whole version that kubeadm installs, which is that of the node image."""
    images: ContainerImages
    """What the containers are made of."""


Cluster = Annotated[LabCluster | DockerCluster | ExistingCluster, Field(discriminator="kind")]
