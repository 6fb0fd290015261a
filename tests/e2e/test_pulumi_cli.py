"""The Pulumi CLI as the engine: the same lab, the same commands, and the state that goes to and fro.

Deployed once by the built-in engine and once by Pulumi; in the end the lab is the built-in engine's again.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.by_pulumi import ByPulumi, forget, hand_over
from tests.e2e.harness import Edge

pytestmark = pytest.mark.pulumi

CONF = "/etc/frr/frr.conf"


def add_network(stack: Any) -> None:
    stack["routers"][0]["bgp"]["networks"].append("10.10.2.0/24")


def fates(result: Any) -> set[tuple[str, str, str]]:
    return {(step["op"], step["type"], step["name"]) for step in result["steps"]}


def changed(result: Any) -> set[tuple[str, str, str]]:
    steps = [step for step in result["steps"] if step["op"] != "same"]
    return {(step["op"], step["name"], change["path"]) for step in steps for change in step["changes"]}


def error_line(done: subprocess.CompletedProcess[str]) -> str:
    """The one line after which nothing comes."""
    lines = done.stderr.splitlines()
    assert [i for i, line in enumerate(lines) if line.startswith("error: ")] == [len(lines) - 1], done.stderr
    return lines[-1]


@pytest.fixture
def pulumi(edge: Edge) -> Iterator[Edge]:
    """Pulumi before it knows the stack that the built-in engine deployed."""
    yield ByPulumi(edge)
    forget(edge)


def test_a_stack_of_the_built_in_engine_is_not_deployed_a_second_time(edge: Edge, pulumi: Edge) -> None:
    before = edge.state()
    done = pulumi.run("up", ok=False)
    assert done.returncode == 1
    line = error_line(done)
    assert "edge stack export" in line and "edge stack import" in line
    assert edge.state() == before
    assert pulumi.run("stack", "output", "--json").stdout.strip() == "{}"


def test_what_the_built_in_engine_deployed_is_handed_over(edge: Edge, pulumi: Edge) -> None:
    hand_over(edge, pulumi)
    pulumi.run("plan", "--expect-no-changes")
    assert pulumi.json("stack", "output") == edge.json("stack", "output") != {}
    # Applying is more than planning: whatever an update would touch is seen now.
    assert set(pulumi.json("up")["counts"]) == {"same"}


# --- what Pulumi deployed ---


@dataclass(frozen=True)
class Deployment:
    """How Pulumi's deployment came to be: the router before it, the plan, what `up` told."""

    before: str
    plan: Any
    result: Any


@pytest.fixture(scope="module")
def deployment(_lab: Edge) -> Iterator[Deployment]:
    """The stack, deployed by Pulumi from nothing; the built-in engine was given the state."""
    pulumi = ByPulumi(_lab)
    _lab.run("destroy", "--yes")
    before, plan = router(_lab), _lab.json("plan", "--fresh")
    try:
        result = pulumi.json("up", timeout=600)
        hand_over(pulumi, _lab)
        yield Deployment(before, plan, result)
    finally:
        _lab.reset()
        pulumi.run("destroy", "--yes", ok=False)
        # The built-in engine was given a state of what is no more.
        for file in (_lab.home / "state").glob(f"{_lab.stack}.json*"):
            file.unlink()
        forget(_lab)
        _lab.run("up")


@pytest.fixture
def deployed(deployment: Deployment, edge: Edge) -> Edge:
    """The stack that Pulumi deployed."""
    return ByPulumi(edge)


def router(edge: Edge) -> str:
    """What a deployment changes on the router."""
    return edge.on("cilium-r", f"cat {CONF} /etc/frr/daemons; ls -A /etc/frr")


def test_pulumi_does_what_the_built_in_engine_plans(deployment: Deployment) -> None:
    assert fates(deployment.result) == fates(deployment.plan)
    assert set(deployment.result["counts"]) == {"create"}


def test_what_pulumi_deployed_is_proven_and_up_to_date(edge: Edge, deployed: Edge) -> None:
    assert set(deployed.json("up")["counts"]) == {"same"}
    assert deployed.verify()["green"]


def test_what_pulumi_deployed_is_handed_back(edge: Edge, deployed: Edge) -> None:
    # Once more: an `up` in between would have put its own inputs into the state.
    hand_over(deployed, edge)
    edge.run("plan", "--expect-no-changes")
    edge.run("refresh", "--preview-only", "--expect-no-changes")
    assert edge.json("stack", "output") == deployed.json("stack", "output") != {}


def test_both_plan_the_same_change(edge: Edge, deployed: Edge) -> None:
    edge.change(add_network)
    ours, theirs = edge.json("plan"), deployed.json("plan")
    assert fates(theirs) == fates(ours)
    assert changed(theirs) == changed(ours) == {("update", "cilium-r-conf", "stdin")}
    assert deployed.run("plan", "--expect-no-changes", ok=False).returncode == 3


def test_a_failure_is_told_in_one_line(edge: Edge, deployed: Edge) -> None:
    done = fail(edge, deployed)
    line = error_line(done)
    assert "cilium-r-conf" in line and "was written by hand" in line
    # What the router says is told; the script that it ran is not.
    assert "mktemp" not in done.stderr and len(line) < 400


def test_a_failure_changes_nothing_and_names_its_reason(edge: Edge, deployed: Edge) -> None:
    done = fail(edge, deployed)
    assert done.returncode == 1
    assert "was written by hand" in done.stderr
    assert set(deployed.json("plan")["counts"]) == {"same"}
    assert "10.10.2.0/24" not in edge.on("cilium-r", f"cat {CONF}")


def fail(edge: Edge, pulumi: Edge) -> subprocess.CompletedProcess[str]:
    """`up` onto a frr.conf that is not ours any more; all is as it was afterwards."""

    def refuse(stack: Any) -> None:
        add_network(stack)
        stack["routers"][0]["adopt"] = False

    edge.change(refuse)
    good = edge.on("cilium-r", f"cat {CONF}")
    edge.on("cilium-r", f"cat > {CONF}", stdin="frr defaults traditional\nip route 203.0.113.0/24 192.168.10.101\n")
    try:
        return pulumi.run("up", ok=False)
    finally:
        edge.on("cilium-r", f"cat > {CONF}", stdin=good)
        edge.reset()


def test_destroy_by_pulumi_leaves_nothing(deployment: Deployment, edge: Edge, deployed: Edge) -> None:
    assert router(edge) != deployment.before
    deployed.run("destroy", "--yes")
    exported = json.loads(deployed.run("stack", "export").stdout)
    assert not exported["deployment"].get("resources")
    assert router(edge) == deployment.before
    # Not even what the built-in engine left before: the lab's own configuration.
    assert "Rendered by cilium-edge" not in router(edge) and "before-cilium-edge" not in router(edge)
    assert "webpod" not in edge.kubectl("get", "services,deployments,pods", "-A", "-o", "name")
    assert json.loads(edge.run("lab", "exec", "mgmt", "--", "helm", "list", "-A", "-o", "json").stdout) == []
    assert "172.20.0.0/16" not in edge.on("cilium-w1", "ip route")
