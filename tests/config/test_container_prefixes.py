"""Prefixes and versions with which kubeadm makes no cluster, of kind docker and of kind kind."""

from __future__ import annotations

import pytest

from tests.config.containers import Change, cluster, told

SERVICES = "cluster.serviceCIDR: expected a prefix length from /12 to /28 (kubeadm refuses others), got"
PODS = "cluster.podCIDR: expected a prefix length from /8 to /24 (kubeadm refuses others), got"
POOL: Change = lambda d: [d["cilium"].update(ipam="cluster-pool"), *(n.pop("podCIDR", 0) for n in d["nodes"])]  # noqa: E731


@pytest.mark.parametrize("name", ["docker", "kind"])
@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("10.0.0.0/12", []),
        ("10.0.0.0/11", [f"{SERVICES} 10.0.0.0/11"]),
        ("10.96.0.0/28", []),
        ("10.96.0.0/29", [f"{SERVICES} 10.96.0.0/29"]),
        (
            "fd00:96::/112",
            ["cluster.serviceCIDR: expected an IPv4 prefix, as the nodes have IPv4 addresses, got fd00:96::/112"],
        ),
    ],
)
def test_the_prefix_of_services(name: str, prefix: str, expected: list[str]) -> None:
    assert told(name, cluster(serviceCIDR=prefix)) == expected


@pytest.mark.parametrize("name", ["docker", "kind"])
def test_the_prefix_of_pods_has_the_family_of_the_nodes(name: str) -> None:
    assert told(name, POOL, cluster(podCIDR="fd00:244::/56")) == [
        "cluster.podCIDR: expected an IPv4 prefix, as the nodes have IPv4 addresses, got fd00:244::/56"
    ]


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("kind", [cluster(podCIDR="10.244.0.0/25")], [f"{PODS} 10.244.0.0/25"]),
        ("kind", [POOL, cluster(podCIDR="10.244.0.0/25")], [f"{PODS} 10.244.0.0/25"]),
        ("docker", [POOL, cluster(podCIDR="172.20.0.0/25")], [f"{PODS} 172.20.0.0/25"]),
        ("docker", [POOL, cluster(podCIDR="0.0.0.0/0")], [f"{PODS} 0.0.0.0/0"]),
        # The program itself gives the nodes their prefixes.
        ("docker", [cluster(podCIDR="172.20.0.0/25")], []),
        (
            "kind",
            [cluster(podCIDR="10.244.0.0/23")],
            ["cluster.podCIDR: expected a prefix with a /24 for each of the 3 nodes, got 10.244.0.0/23"],
        ),
        ("kind", [POOL, cluster(podCIDR="10.244.0.0/23")], []),
        ("kind", [cluster(podCIDR="10.244.0.0/22")], []),
    ],
)
def test_the_prefix_of_pods_has_room_for_the_nodes(name: str, changes: list[Change], expected: list[str]) -> None:
    assert told(name, *changes) == expected


@pytest.mark.parametrize(("version", "accepted"), [("1.30.14", False), ("v1.29.0", False), ("v1.31.0", True)])
def test_kubeadm_reads_its_configuration(version: str, accepted: bool) -> None:
    expected = (
        "cluster.kubernetes: expected Kubernetes 1.31.0 or later (an older kubeadm does not read the configuration"
        f" v1beta4), got '{version}'"
    )
    assert told("docker", cluster(kubernetes=version)) == ([] if accepted else [expected])
