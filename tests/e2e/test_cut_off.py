"""Runs that are cut off, hosts that die, clusters that are others: the next `up` makes it so, or says why not."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import Edge, kill, until

# Rounds of chance; by hand, more: CHAOS_ROUNDS=200.
ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "2"))


def well(edge: Edge) -> None:
    """`up` succeeds, and the world is what it says."""
    edge.run("up")
    edge.run("refresh", "--preview-only", "--expect-no-changes")
    assert edge.verify()["green"]


def pid(edge: Edge, host: str, file: str = "pid") -> int:
    return int((edge.home / "lab" / edge.stack / "hosts" / host / file).read_text().split()[0])


def release(edge: Edge) -> str:
    status = "jsonpath={.items[*].metadata.labels.status}"
    words = ("get", "secrets", "-n", "kube-system", "-l", "owner=helm", "-o", status)
    return edge.kubectl(*words, ok=False)


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.thorough) for n in range(1, ROUNDS))])
def test_a_run_that_is_cut_off_anywhere_is_made_good_by_the_next(edge: Edge, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
    act = chance.choice(("kill", "kill", "interrupt", "host"))
    process = edge.start(*chance.choice((("destroy", "--yes"), ("up",))))
    time.sleep(chance.uniform(0.5, 9))
    if act == "host":
        os.kill(pid(edge, chance.choice(("cilium-r", "cilium-w1", "cilium-w3"))), signal.SIGKILL)
    elif act == "interrupt":
        process.send_signal(signal.SIGINT)
        process.wait(120)
    kill(process)
    well(edge)


@pytest.mark.thorough
def test_an_uninstall_that_was_cut_off_is_brought_to_its_end(edge: Edge) -> None:
    process = edge.start("destroy", "--yes")
    until(lambda: "uninstalling" in release(edge) or process.poll() is not None, 90, "helm uninstalls")
    kill(process)
    well(edge)


@pytest.mark.thorough
def test_a_host_that_died_is_booted_and_gets_what_stood_on_it(edge: Edge) -> None:
    os.kill(pid(edge, "cilium-r"), signal.SIGKILL)
    assert edge.run("lab", "status", ok=False).returncode == 1
    result = edge.json("up")
    made = {step["name"] for step in result["steps"] if step["op"] == "create"}
    assert made == {"cilium-r-daemons", "cilium-r-conf"}
    well(edge)


def test_a_host_without_its_services_is_not_called_well(edge: Edge) -> None:
    os.kill(pid(edge, "cilium-w1", "sshd.service"), signal.SIGKILL)
    done = edge.run("lab", "status", ok=False)
    assert done.returncode == 1 and "lacks sshd" in done.stdout
    edge.run("lab", "up")
    assert edge.run("lab", "status").returncode == 0


@pytest.mark.thorough
def test_a_boot_that_was_cut_off_is_no_host(edge: Edge) -> None:
    (edge.home / "lab" / edge.stack / "hosts" / "cilium-w2" / "complete").unlink()
    assert "lacks the end of its boot" in edge.run("lab", "status", ok=False).stdout
    well(edge)


@pytest.mark.thorough
def test_a_lab_that_was_made_anew_is_built_anew(edge: Edge) -> None:
    edge.run("lab", "down")
    began = time.monotonic()
    edge.run("up")
    assert time.monotonic() - began < 120
    well(edge)


def test_another_cluster_is_told_before_anything_is_done(edge: Edge) -> None:
    path = edge.home / "state" / f"{edge.stack}.json"
    state = json.loads(path.read_text())
    provider = next(r for r in state["deployment"]["resources"] if r["type"] == "pulumi:providers:kubernetes")
    right, provider["outputs"]["clusterUid"] = provider["outputs"]["clusterUid"], "another"
    path.write_text(json.dumps(state))
    edge.change(lambda stack: stack["services"][0]["labels"].update(tier="edge"))
    done = edge.run("up", ok=False)
    assert done.returncode == 1 and "expected the cluster of the state" in done.stderr
    assert "tier" not in edge.kubectl("get", "service", "webpod", "-o", "jsonpath={.metadata.labels}")
    provider["outputs"]["clusterUid"] = right
    path.write_text(json.dumps(state))


def test_a_failure_ends_what_only_waits(edge: Edge) -> None:
    def broken(stack: Any) -> None:
        stack["workloads"].append({"name": "late", "image": "docker.io/library/none:1"})
        refused = {"ports": [{"port": 70000}]}
        stack["manifests"] = [{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "it"}, "spec": refused}]

    edge.change(broken)
    began = time.monotonic()
    done = edge.run("up", ok=False)
    # The Deployment would be waited for ten minutes long.
    assert done.returncode == 1 and time.monotonic() - began < 60
    assert "70000" in done.stderr and "the wait was stopped" in done.stderr


def test_ctrl_c_twice_ends_at_once(edge: Edge) -> None:
    edge.change(lambda stack: stack["workloads"].append({"name": "late", "image": "docker.io/library/none:1"}))
    process = edge.start("up")
    until(lambda: edge.kubectl("get", "deployment", "late", "-o", "name", ok=False) != "", 60, "the step is under way")
    # A server that answers nobody: the step that asks it cannot end by itself.
    edge.on("cilium-ctr", "pkill -STOP -x kube-apiserver")
    try:
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        time.sleep(1)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        assert process.wait(20) == 130 and time.monotonic() - began < 10
    finally:
        edge.on("cilium-ctr", "pkill -CONT -x kube-apiserver")
    assert "stopped at once" in process.communicate()[1]


def test_nobody_takes_the_lab_down_under_a_run(edge: Edge) -> None:
    edge.change(lambda stack: stack["workloads"].append({"name": "late", "image": "docker.io/library/none:1"}))
    process = edge.start("up")
    until(lambda: edge.kubectl("get", "deployment", "late", "-o", "name", ok=False) != "", 60, "the step is under way")
    for words in (("down",), ("lab", "down")):
        assert f"in use by process {process.pid}" in edge.run(*words, ok=False).stderr
    kill(process)
    assert not list(Path("/dev/shm").glob("edge-*"))
