"""Helm values: the write-up's, the user's over them, and contradictions told by name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import Problem
from config.stack import StackConfig
from effective.features import features
from effective.helm import conflicts, helm_values, needs, secrets_namespace
from tests.config.dev_stack import dev_stack


def with_values(values: dict[str, Any], **cilium: Any) -> StackConfig:
    return dev_stack(lambda stack: stack["cilium"].update(values=values, **cilium))


def at(values: dict[str, Any], path: str) -> Any:
    inner: Any = values
    for step in path.split("."):
        inner = inner[step]
    return inner


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("routingMode", "native"),
        ("ipv4NativeRoutingCIDR", "172.20.0.0/16"),
        ("autoDirectNodeRoutes", False),
        ("endpointRoutes.enabled", False),
        ("kubeProxyReplacement", "true"),
        ("bgpControlPlane.enabled", True),
        ("ipam.mode", "kubernetes"),
        ("k8sServiceHost", "192.168.10.100"),
        ("k8sServicePort", 6443),
        ("devices", "eth1"),
    ],
)
def test_the_dev_stack_has_the_values_of_the_write_up(path: str, value: object) -> None:
    got = at(helm_values(dev_stack()), path)
    assert got == value and type(got) is type(value)


def test_features_that_are_not_declared_need_nothing() -> None:
    values = helm_values(dev_stack(lambda stack: (stack.pop("bgp"), stack["cilium"].pop("nativeRoutingCIDR"))))
    assert "bgpControlPlane" not in values and "ipv4NativeRoutingCIDR" not in values


def test_kube_proxy_replacement_is_a_text_when_it_is_off_too() -> None:
    assert helm_values(with_values({}, kubeProxyReplacement=False))["kubeProxyReplacement"] == "false"


def test_cluster_pool_takes_the_pod_cidr_and_keeps_its_mode() -> None:
    assert helm_values(with_values({}, ipam="cluster-pool"))["ipam"] == {
        "mode": "cluster-pool",
        "operator": {"clusterPoolIPv4PodCIDRList": ["172.20.0.0/16"]},
    }


def test_cluster_pool_takes_a_pod_cidr_of_ipv6() -> None:
    def six(stack: dict[str, Any]) -> None:
        stack["cilium"].update(ipam="cluster-pool")
        stack["cilium"].pop("nativeRoutingCIDR")
        stack["cluster"]["podCIDR"] = "fd00:20::/56"
        for node in stack["nodes"]:
            node.pop("podCIDR")

    assert helm_values(dev_stack(six))["ipam"]["operator"] == {"clusterPoolIPv6PodCIDRList": ["fd00:20::/56"]}


def test_several_devices_are_one_text() -> None:
    assert helm_values(with_values({}, devices=["eth1", "eth2"]))["devices"] == "eth1,eth2"
    assert "devices" not in helm_values(with_values({}, devices=[]))


def test_the_users_values_win_over_the_defaults() -> None:
    values = helm_values(with_values({"k8sServiceHost": "10.9.9.9", "devices": "bond0"}))
    assert (values["k8sServiceHost"], values["devices"]) == ("10.9.9.9", "bond0")


def test_the_users_values_are_merged_into_a_map_and_do_not_replace_it() -> None:
    users = {"bgpControlPlane": {"secretsNamespace": {"create": True}}, "operator": {"replicas": 1}}
    values = helm_values(with_values(users))
    assert values["bgpControlPlane"] == {
        "enabled": True,
        "statusReport": {"enabled": True},
        "secretsNamespace": {"create": True},
    }
    assert values["operator"] == {"replicas": 1}


def test_the_dev_stack_has_no_conflicts() -> None:
    assert list(conflicts(dev_stack())) == []


def test_every_contradiction_is_told_with_its_path() -> None:
    stack = with_values(
        {
            "routingMode": "tunnel",
            "ipv4NativeRoutingCIDR": "10.0.0.0/8",
            "kubeProxyReplacement": "false",
            "autoDirectNodeRoutes": True,
            "endpointRoutes": {"enabled": True},
            "ipam": {"mode": "cluster-pool"},
            "bgpControlPlane": {"enabled": False, "statusReport": {"enabled": True}},
            "hubble": {"enabled": True},
        }
    )
    # What the stack does not declare itself is as the value says: direct routes, endpoint routes, kube-proxy.
    assert set(conflicts(stack)) == {
        Problem("cilium.values.routingMode", "native (from cilium.routingMode)", "tunnel"),
        Problem("cilium.values.ipv4NativeRoutingCIDR", "172.20.0.0/16 (from cilium.nativeRoutingCIDR)", "10.0.0.0/8"),
        Problem("cilium.values.ipam.mode", "kubernetes (from cilium.ipam)", "cluster-pool"),
        Problem("cilium.values.bgpControlPlane.enabled", "true (bgp is declared)", "false"),
    }
    assert not stack.cilium.kube_proxy_replacement and stack.cilium.auto_direct_node_routes


def test_saying_the_same_once_more_is_no_conflict() -> None:
    assert list(conflicts(with_values(needs(features(dev_stack()))))) == []
    assert list(conflicts(with_values({"kubeProxyReplacement": True}))) == []


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"bgpControlPlane": False}, "cilium.values.bgpControlPlane"),
        ({"ipam": None}, "cilium.values.ipam"),
        ({"routingMode": {"mode": "native"}}, "cilium.values.routingMode"),
    ],
    ids=str,
)
def test_a_scalar_in_the_place_of_a_needed_map_is_a_conflict_and_so_is_the_reverse(
    values: dict[str, Any], path: str
) -> None:
    assert any(problem.path.startswith(path) for problem in conflicts(with_values(values)))


# Control characters are refused before values are made of them.
words = st.text(st.characters(categories=("L", "N", "P", "S")), max_size=5)
leaves = st.none() | st.booleans() | st.integers() | words
trees = st.recursive(leaves, lambda inner: st.dictionaries(words, inner, max_size=3), max_leaves=5)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), trees, max_size=4))
def test_values_that_no_feature_needs_arrive_unchanged_and_conflict_with_nothing(values: dict[str, Any]) -> None:
    stack = with_values(values)
    assert helm_values(stack) == {**helm_values(with_values({})), **values}
    assert list(conflicts(stack)) == []


@pytest.mark.parametrize(
    ("values", "space"),
    [
        ({}, "kube-system"),
        ({"bgpControlPlane": {"secretsNamespace": {"name": "cilium-bgp", "create": True}}}, "cilium-bgp"),
    ],
)
def test_passwords_go_where_the_agents_look_for_them(values: dict[str, Any], space: str) -> None:
    assert secrets_namespace(helm_values(with_values(values, namespace="cilium"))) == space


def test_the_version_alone_is_as_cilium_has_it() -> None:
    def bare(stack: dict[str, Any]) -> None:
        stack["cilium"] = {"version": "1.18.0"}

    cilium = dev_stack(bare).cilium
    # The nodes of the dev stack have PodCIDRs.
    assert (cilium.routing_mode, cilium.ipam, cilium.kube_proxy_replacement) == ("tunnel", "kubernetes", True)

    def without_prefixes(stack: dict[str, Any]) -> None:
        bare(stack)
        stack["cluster"] |= {"kind": "existing"}
        stack["cluster"].pop("managementPrefix", None)
        for node in stack["nodes"]:
            del node["podCIDR"]

    assert dev_stack(without_prefixes).cilium.ipam == "cluster-pool"
