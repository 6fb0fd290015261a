"""Where the cluster comes from: the embedded lab, or one that is there already.

`kind` clusters will be a third member of this union.
"""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from config.base import Model
from config.net import Address, Port, Prefix
from config.ssh import SshAccess
from config.text import SecretName

_KUBERNETES = r"^v?1\.[0-9]{2}(\.[0-9]+)?$"
PATTERNS = {_KUBERNETES: 'a version of Kubernetes in quotes, such as "1.34"'}


class _Cluster(Model):
    """Address plan of a cluster. `podCIDR` holds every node's own PodCIDR.

    `kubernetes` is the version that runs there (`1.34`, `1.34.2`), where the stack knows it. `distribution` is who
    packages it, whose pitfalls are checked, and `disabled` what of it was left out when it was installed.
    """

    pod_cidr: Prefix
    service_cidr: Prefix
    api_server: Address
    api_port: Port = 6443
    kubernetes: Annotated[str, Field(pattern=_KUBERNETES)] | None = None
    distribution: Literal["kubeadm", "k3s", "rke2", "talos", "kind"] | None = None
    disabled: tuple[Literal["servicelb", "traefik", "kube-proxy", "flannel", "network-policy"], ...] = ()
    ssh: SshAccess = SshAccess()


class LabCluster(_Cluster):
    """Real Kubernetes, Cilium and FRR in namespaces of this machine.

    `managementPrefix` is the out-of-band network that SSH, probes and deploys use; it exists only
    inside the lab's namespaces.
    """

    kind: Literal["lab"]
    management_prefix: Prefix = IPv4Network("192.168.121.0/24")


class ExistingCluster(_Cluster):
    """A cluster that somebody else built: hosts over SSH, the API through a kubeconfig.

    The kubeconfig is the secret `kubeconfigConfig` of the stack's configuration.
    """

    kind: Literal["existing"]
    kubeconfig_config: SecretName = "kubeconfig"


Cluster = Annotated[LabCluster | ExistingCluster, Field(discriminator="kind")]
