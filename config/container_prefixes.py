"""Prefixes of Pods and Services that kubeadm refuses. kind runs kubeadm, too."""

from __future__ import annotations

from collections.abc import Iterator

from config.cluster import DockerCluster, KindCluster
from config.errors import Problem
from config.stack import StackConfig

# kubeadm: at most 20 host bits, and at least 10 addresses.
_SERVICES = (12, 28)
# kube-controller-manager divides the prefix into a /24 for each node, and into at most 65536 of them.
_PODS = (8, 24)


def unfit_prefixes(stack: StackConfig, cluster: DockerCluster | KindCluster) -> Iterator[Problem]:
    """Prefixes with which kubeadm makes no cluster."""
    services, pods = cluster.service_cidr, cluster.pod_cidr
    for path, prefix in (("cluster.serviceCIDR", services), ("cluster.podCIDR", pods)):
        if prefix.version != 4:
            yield Problem(path, "an IPv4 prefix, as the nodes have IPv4 addresses", str(prefix))
    if services.version == 4:
        yield from _between("cluster.serviceCIDR", services.prefixlen, _SERVICES, str(services))
    kubernetes = stack.cilium.ipam == "kubernetes"
    if pods.version != 4 or (kubernetes and isinstance(cluster, DockerCluster)):
        # With ipam: kubernetes, the program gives the nodes of kubeadm their prefixes.
        return
    yield from _between("cluster.podCIDR", pods.prefixlen, _PODS, str(pods))
    there = 1 << max(24 - pods.prefixlen, 0)
    if kubernetes and pods.prefixlen <= 24 and there < len(stack.nodes):
        expected = f"a prefix with a /24 for each of the {len(stack.nodes)} nodes"
        yield Problem("cluster.podCIDR", expected, str(pods))


def _between(path: str, length: int, limits: tuple[int, int], got: str) -> Iterator[Problem]:
    shortest, longest = limits
    if not shortest <= length <= longest:
        yield Problem(path, f"a prefix length from /{shortest} to /{longest} (kubeadm refuses others)", got)
