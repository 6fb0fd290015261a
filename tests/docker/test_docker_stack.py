"""Real kubelets, containerd and images: the write-up's topology as containers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.docker.conftest import NAME, Containers, client
from tests.e2e.by_pulumi import ByPulumi, forget, hand_over
from tests.e2e.harness import until

pytestmark = pytest.mark.docker
NODES = ("cilium-ctr", "cilium-w1", "cilium-w2", "cilium-w3")


def test_it_is_proven_and_stays_as_it_is(edge: Containers) -> None:
    found = edge.verify()
    assert found["green"] and len(found["verdicts"]) == 28
    assert "no changes" in edge.run("up").stderr
    edge.run("refresh", "--preview-only", "--expect-no-changes")
    assert edge.left() == sorted(
        [f"{NAME}-{name}" for name in (*NODES, "cilium-r")] + [f"{NAME}-192.168.10.0-24", f"{NAME}-192.168.20.0-24"]
    )


def test_kubelets_and_containerd_are_real(edge: Containers) -> None:
    asked = ("kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "get", "nodes", "-o", "json")
    out = edge.run("lab", "exec", "cilium-ctr", "--", *asked).stdout
    nodes = {item["metadata"]["name"]: item for item in json.loads(out)["items"]}
    assert set(nodes) == set(NODES)
    for item in nodes.values():
        assert item["status"]["nodeInfo"]["containerRuntimeVersion"].startswith("containerd://")
        assert item["status"]["nodeInfo"]["kubeletVersion"] == "v1.34.4"
    assert {name: item["spec"]["podCIDR"] for name, item in nodes.items()} == {
        "cilium-ctr": "172.20.0.0/24",
        "cilium-w1": "172.20.1.0/24",
        "cilium-w2": "172.20.2.0/24",
        "cilium-w3": "172.20.3.0/24",
    }


def test_keys_are_in_the_state_as_secrets_and_nowhere_else(edge: Containers) -> None:
    text = (edge.home / "state" / f"{NAME}.json").read_text()
    assert "OPENSSH PRIVATE KEY" not in text and "client-key-data" not in text
    assert "OPENSSH PRIVATE KEY" not in json.dumps([edge.container(name).attrs for name in (*NODES, "cilium-r")])
    said = edge.run("plan", "--json").stdout + edge.run("up").stderr
    assert "PRIVATE KEY" not in said and "client-key-data" not in said


def test_a_changed_line_of_frr_changes_the_router_alone(edge: Containers) -> None:
    before = {name: edge.container(name).id for name in (*NODES, "cilium-r")}

    def fewer(stack: Any) -> None:
        stack["routers"][0]["bgp"]["maximumPaths"] = 3

    edge.change(fewer)
    steps = [step for step in edge.json("plan")["steps"] if step["op"] != "same"]
    assert [step["name"] for step in steps] == ["cilium-r-conf"]
    edge.run("up")
    _, running = edge.container("cilium-r").exec_run(["vtysh", "-c", "show running-config"])
    assert b"maximum-paths 3" in running
    edge.reset()
    edge.run("up")
    assert {name: edge.container(name).id for name in (*NODES, "cilium-r")} == before


def test_a_paused_node_is_red_and_comes_back(edge: Containers) -> None:
    edge.container("cilium-w1").pause()
    try:

        def told() -> bool:
            red = [v for v in edge.look()["verdicts"] if v["color"] == "red"]
            return any("192.168.10.101" in v["subject"] or "cilium-w1" in v["subject"] for v in red)

        until(told, 60, "verify notices the paused node")
        drift = edge.run("refresh", "--preview-only").stdout
        assert "Container cilium-w1" in drift and "paused" in drift
    finally:
        edge.container("cilium-w1").unpause()
    assert edge.verify()["green"]


def test_a_killed_node_is_started_and_has_its_routes(edge: Containers) -> None:
    edge.container("cilium-w2").kill()
    edge.run("up", "--refresh", timeout=300)
    assert edge.container("cilium-w2").status == "running"
    assert edge.verify()["green"]
    _, routes = edge.container("cilium-w2").exec_run(["ip", "route", "show", "192.168.20.0/24"])
    assert b"via 192.168.10.200" in routes
    edge.run("up", "--refresh")
    edge.run("refresh", "--preview-only", "--expect-no-changes")


def test_a_node_that_was_removed_is_made_anew(edge: Containers) -> None:
    edge.container("cilium-w3").remove(force=True, v=True)
    edge.run("up", "--refresh", timeout=400)
    assert edge.verify()["green"]
    assert "no changes" in edge.run("up").stderr


def test_kubeadm_that_failed_half_way_is_done_again(edge: Containers) -> None:
    name = f"{NAME}-cilium-w3"
    client().containers.get(name).remove(force=True, v=True)
    edge.run("up", "--refresh", "--target", "cilium-w3", "--target", "cilium-w3-links", timeout=300)
    # A file that kubeadm join writes and then finds: what a run that was cut off leaves.
    left = "mkdir -p /etc/kubernetes/pki && date > /etc/kubernetes/kubelet.conf"
    edge.container("cilium-w3").exec_run(["sh", "-c", left])
    # What else was on the node before: the run above was about two resources alone.
    edge.run("up", "--refresh", timeout=300)
    assert edge.verify()["green"]


@pytest.mark.pulumi
def test_the_cli_with_its_docker_provider_has_nothing_to_do(edge: Containers) -> None:
    """With the state of the built-in engine, and with its own afterwards."""
    pulumi = ByPulumi(edge)
    before = {name: edge.container(name).id for name in (*NODES, "cilium-r")}
    try:
        hand_over(edge, pulumi)
        pulumi.run("plan", "--expect-no-changes")
        assert set(pulumi.json("up")["counts"]) == {"same"}
        pulumi.run("refresh", timeout=300)
        pulumi.run("plan", "--expect-no-changes")
        assert {name: edge.container(name).id for name in (*NODES, "cilium-r")} == before
        hand_over(pulumi, edge)
        edge.run("plan", "--expect-no-changes")
        edge.run("refresh", "--preview-only", "--expect-no-changes")
    finally:
        forget(edge)
