"""Where the cluster comes from: the embedded lab, containers of a Docker engine, kind, or an existing cluster."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.base import Model
from config.image_name import ImageName
from config.net import Address, Port, Prefix
from config.ssh import SshAccess
from config.text import SecretName

_KUBERNETES = r"^v?1\.[0-9]{2}(\.[0-9]+)?$"
_PATCH = r"^v?1\.[0-9]{2}\.[0-9]+$"
_KIND = r"^[a-z0-9][a-z0-9.-]{0,47}$"
_NETWORK = r"^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$"
PATTERNS = {
    _KUBERNETES: 'a version of Kubernetes in quotes, such as "1.34"',
    _PATCH: 'a whole version of Kubernetes, such as "1.34.4"',
    _KIND: "a name for kind: at most 48 lower-case letters, digits, dots and dashes",
    _NETWORK: "the name of a Docker network",
}


def _with_v1beta4(version: str) -> str:
    if int(version.split(".")[1]) < 31:
        raise ValueError("Kubernetes 1.31.0 or later (an older kubeadm does not read the configuration v1beta4)")
    return version


def _of_docker(subnet: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    if subnet.version != 4 or subnet.prefixlen > 29:
        raise ValueError("an IPv4 prefix of at least 8 addresses such as 172.18.0.0/16 (a Docker network)")
    return subnet


class _Cluster(Model):
    """The address plan of a cluster, and what the stack knows of its Kubernetes."""

    pod_cidr: Prefix
    """The prefix that contains the PodCIDR of each node."""
    service_cidr: Prefix
    """The prefix of the cluster addresses of Services."""
    api_server: Address
    """The address at which agents and hosts reach the API server."""
    api_port: Port = 6443
    """The TCP port of the API server."""
    kubernetes: Annotated[str | None, Field(pattern=_KUBERNETES)] = None
    """The Kubernetes version of the cluster, in quotes; unset: unknown."""
    distribution: Literal["kubeadm", "k3s", "rke2", "talos", "kind"] | None = None
    """The Kubernetes distribution, whose known pitfalls are checked."""
    disabled: tuple[Literal["servicelb", "traefik", "kube-proxy", "flannel", "network-policy"], ...] = ()
    """Components of the distribution that were disabled at installation."""
    ssh: SshAccess = SshAccess()
    """The SSH access to hosts."""


class LabCluster(_Cluster):
    """Real Kubernetes, Cilium and FRR in namespaces of this machine.

    `managementPrefix` is the out-of-band network of SSH, probes and deployments. It exists inside the lab's
    namespaces only.
    """

    kind: Literal["lab"]
    """Real Kubernetes, Cilium and FRR in namespaces of this machine."""
    management_prefix: Prefix = IPv4Network("192.168.121.0/24")
    """The out-of-band network of the lab for SSH, probes and deployments."""


class ExistingCluster(_Cluster):
    """An existing cluster: hosts are reached over SSH, and the API through a kubeconfig.

    The kubeconfig is the secret `kubeconfigConfig` of the stack's configuration.
    """

    kind: Literal["existing"]
    """An existing cluster."""
    kubeconfig_config: SecretName = "kubeconfig"
    """The name of the secret that contains the kubeconfig."""


class ContainerImages(Model):
    """The images of hosts that are containers. The engine pulls the images that it does not have.

    `node` is a node image as in kind (systemd, containerd, kubelet, kubeadm) with sshd. `router` is FRR with sshd.
    `outpost` is an HTTP server that tells each client the client's source address.
    """

    node: ImageName
    """A node image as in kind, with sshd."""
    router: ImageName = "cilium-edge/router:8.4.4"
    """An image of FRR with sshd."""
    outpost: ImageName = "cilium-edge/outpost:1"
    """An image of a server that tells each client the client's source address."""


class DockerCluster(_Cluster):
    """Hosts as containers of one Docker engine: the engine that DOCKER_HOST names, or the machine's own.

    kubeadm makes the cluster. Each subnet of the hosts' interfaces becomes a network. SSH keys are made with the
    stack and are in the stack's state.
    """

    kind: Literal["docker"]
    """Hosts as containers of one Docker engine."""
    kubernetes: Annotated[str, Field(pattern=_PATCH), AfterValidator(_with_v1beta4)]
    """The whole version that kubeadm installs, 1.31.0 or later; the node image has the same version."""
    images: ContainerImages
    """The images of the containers."""


class KindImages(ContainerImages):
    """The images of a kind cluster and of the containers beside it.

    `access` runs beside each node and lets the program in over SSH: any image with sshd, nsenter and a shell.
    """

    node: ImageName | None = None  # type: ignore[assignment]  # kind has a default
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
    subnet: Annotated[Prefix, AfterValidator(_of_docker)] = IPv4Network("172.18.0.0/16")
    """The IPv4 subnet of the nodes' Docker network."""
    images: KindImages = KindImages()
    """The images of the containers."""
    distribution: Literal["kubeadm", "k3s", "rke2", "talos", "kind"] | None = "kind"
    """The distribution; kind's own by default."""
    pod_cidr: Prefix = IPv4Network("10.244.0.0/16")
    """The prefix that contains the PodCIDR of each node."""
    service_cidr: Prefix = IPv4Network("10.96.0.0/16")
    """The prefix of the cluster addresses of Services."""
    api_server: Address = IPv4Address("0.0.0.0")  # noqa: S104 - kind's control plane gets its address from Docker
    """The address of the API server; unset (0.0.0.0): the address of the control plane's node."""


Cluster = Annotated[LabCluster | DockerCluster | KindCluster | ExistingCluster, Field(discriminator="kind")]
