"""What the API server, FRR or the chart refuses, so that `up` fails and says so."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tests.e2e.harness import Edge
from tests.e2e.truth.case import named
from tests.e2e.truth.parts import add_manifest, peer_config, router


def pod_cidr_with_selector(stack: Any) -> None:
    stack["bgp"]["advertisements"][0]["advertisements"][0]["selector"] = {"matchLabels": {"a": "b"}}


def service_without_addresses(stack: Any) -> None:
    del stack["bgp"]["advertisements"][1]["advertisements"][0]["addresses"]


def keepalive_over_hold(stack: Any) -> None:
    peer_config(stack).update(hold=9, keepalive=30)


def undeclared_group(stack: Any) -> None:
    router(stack)["listenRanges"] = [{"prefix": "192.168.10.0/24", "peerGroup": "CILIM"}]


def kind_of_another_version(stack: Any) -> None:
    add_manifest(stack, "cilium.io/v2", "CiliumPodIPPool", {"ipv4": {"cidrs": ["10.99.0.0/16"], "maskSize": 24}})


def kind_of_a_feature_that_is_off(stack: Any) -> None:
    add_manifest(stack, "cilium.io/v2", "CiliumLocalRedirectPolicy", {})


def kind_of_the_other_edition(stack: Any) -> None:
    add_manifest(stack, "isovalent.com/v1", "IsovalentEgressGatewayPolicy", {})


def old_field_of_pools(stack: Any) -> None:
    add_manifest(stack, "cilium.io/v2", "CiliumLoadBalancerIPPool", {"cidrs": [{"cidr": "172.16.9.0/24"}]})


def key_that_is_gone(stack: Any) -> None:
    stack["cilium"]["values"]["tunnel"] = "vxlan"


# (rule, mistake, what `up` says)
REFUSED = (
    ("B10", pod_cidr_with_selector, "selector field is not allowed for the 'PodCIDR'"),
    ("B10", service_without_addresses, "service field is required for the 'Service'"),
    ("B12", keepalive_over_hold, "keepAliveTimeSeconds can not be larger than holdTimeSeconds"),
    ("G17", kind_of_the_other_edition, "no kind IsovalentEgressGatewayPolicy"),
    ("P9", old_field_of_pools, "cidrs"),
    ("R6", undeclared_group, "the previous configuration was put back"),
    ("X3", kind_of_a_feature_that_is_off, "no kind CiliumLocalRedirectPolicy"),
    ("X4", kind_of_another_version, "no kind CiliumPodIPPool in cilium.io/v2"),
)


def attempt(edge: Edge, *edits: Any) -> tuple[list[str], subprocess.CompletedProcess[str]]:
    """The rules that a plan names, and an `up` with all of them waived."""

    def mistaken(stack: Any) -> None:
        for edit in edits:
            edit(stack)

    def waived(stack: Any) -> None:
        mistaken(stack)
        stack["waivers"] = [{"rule": rule, "reason": "the lab shows what happens then"} for rule in rules]

    edge.change(mistaken)
    plan = edge.run("plan", ok=False)
    assert plan.returncode == 2
    rules = named(plan)
    edge.change(waived)
    done = edge.run("up", ok=False)
    assert done.returncode == 1
    return rules, done


@pytest.fixture(scope="module")
def refused(lab: Edge) -> tuple[list[str], subprocess.CompletedProcess[str]]:
    """One `up` for all: a kind that is not there is waited for, since it may be on its way."""
    return attempt(lab, *(edit for _, edit, _ in REFUSED))


@pytest.mark.parametrize(("rule", "edit", "words"), REFUSED, ids=[f"{r}-{e.__name__}" for r, e, _ in REFUSED])
def test_what_the_page_says_is_refused(refused: Any, rule: str, edit: Any, words: str) -> None:
    rules, done = refused
    assert rule in rules
    assert words in done.stderr


def test_x6_the_chart_refuses_a_key_that_is_gone(lab: Edge) -> None:
    rules, done = attempt(lab, key_that_is_gone)
    assert rules == ["X6"]
    assert "tunnel was deprecated in v1.14 and has been removed in v1.15" in done.stderr
