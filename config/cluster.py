"""Where the cluster comes from: the embedded lab, containers of a Docker engine, kind, or an existing cluster."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from config.base import Model
from config.net import Address, Port, Prefix
from config.ssh import SshAccess
from config.text import SecretName

_KUBERNETES = r"^v?1\.[0-9]{2}(\.[0-9]+)?$"
_PATCH = r"^v?1\.[0-9]{2}\.[0-9]+$"
_KIND = r"^[a-z0-9][a-z0-9.-]{0,47}$"
_NETWORK = r"^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$"
_IMAGE = r"^[a-z0-9][a-zA-Z0-9._/:@-]*[a-zA-Z0-9]$"
PATTERNS = {
    _KUBERNETES: 'a version of Kubernetes in quotes, such as "1.34"',
    _PATCH: 'a whole version of Kubernetes, such as "1.34.4"',
    _KIND: "a name for kind: at most 48 lower-case letters, digits, dots and dashes",
    _NETWORK: "the name of a Docker network",
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


class KindImages(ContainerImages):
    """The images of a kind cluster and of the containers beside it.

    `access` runs beside each node and lets the program in over SSH: any image with sshd, nsenter and a shell.
    """

    node: ImageName | None = None  # type: ignore[assignment]  # kind knows one by itself
    """The node image that kind starts; unset: the default of the installed kind."""
    access: ImageName = "cilium-edge/router:8.4.4"
    """The image of the SSH server beside each node."""


class KindCluster(_Cluster):
    """A kind cluster on one Docker engine: made by the kind CLI, or one that exists.

    Docker gives the nodes their addresses, so that the first interface of a node is `{name: eth0}` without an
    address. Until the cluster exists the program works with the first free addresses of `subnet`. Nodes have the
    names that kind gives them: NAME-control-plane, NAME-worker, NAME-worker2, and so on.
    """

    kind: Literal["kind"]
    """A kind cluster on one Docker engine."""
    name: Annotated[str, Field(pattern=_KIND)] = "kind"
    """The name of the cluster, as `kind get clusters` prints it."""
    create: bool = True
    """Whether the program makes the cluster and its network; false: both exist, and the program leaves them there."""
    network: Annotated[str, Field(pattern=_NETWORK)] = "kind"
    """The Docker network of an existing cluster."""
    subnet: Prefix = IPv4Network("172.18.0.0/16")
    """The IPv4 subnet of the nodes' Docker network."""
    images: KindImages = KindImages()
    """What the containers are made of."""
    distribution: Literal["kubeadm", "k3s", "rke2", "talos", "kind"] | None = "kind"
    """The distribution; kind's own by default."""
    pod_cidr: Prefix = IPv4Network("10.244.0.0/16")
    """The prefix that contains the PodCIDR of each node."""
    service_cidr: Prefix = IPv4Network("10.96.0.0/16")
    """The prefix of the cluster addresses of Services."""
    api_server: Address = IPv4Address("0.0.0.0")  # noqa: S104 - kind's control plane gets its address from Docker
    """Unset: the address of the control plane's node."""


Cluster = Annotated[LabCluster | DockerCluster | KindCluster | ExistingCluster, Field(discriminator="kind")]
