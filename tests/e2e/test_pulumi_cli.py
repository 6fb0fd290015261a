"""The Pulumi CLI as the engine: the same lab, the same commands, and the state that goes to and fro.

Each test starts from what the built-in engine deployed, and leaves the lab to it again.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.harness import STACK, Edge

pytestmark = pytest.mark.pulumi

CONF = "/etc/frr/frr.conf"


def add_network(stack: Any) -> None:
    stack["routers"][0]["bgp"]["networks"].append("10.10.2.0/24")


def fates(result: Any) -> set[tuple[str, str, str]]:
    return {(step["op"], step["type"], step["name"]) for step in result["steps"]}


def error_line(done: subprocess.CompletedProcess[str]) -> str:
    """The one line after which nothing comes."""
    lines = done.stderr.splitlines()
    assert [i for i, line in enumerate(lines) if line.startswith("error: ")] == [len(lines) - 1], done.stderr
    return lines[-1]


def hand_over(giver: Edge, taker: Edge) -> None:
    """The state goes from one engine to the other."""
    file = giver.dir / "handover.json"
    giver.run("stack", "export", "--file", str(file))
    count = len(json.loads(file.read_text())["deployment"]["resources"])
    assert f"imported {count} resources" in taker.run("stack", "import", str(file)).stderr
    file.unlink()


def stack_file(edge: Edge) -> bytes:
    return (edge.dir / f"Pulumi.{STACK}.yaml").read_bytes()


@pytest.fixture
def pulumi(edge: Edge) -> Iterator[Edge]:
    """The deployed stack by way of Pulumi, which does not know it yet."""
    files = {path: path.read_bytes() for path in edge.dir.glob("Pulumi*.yaml")}
    yield edge.by("pulumi")
    shutil.rmtree(edge.home / "state" / f"{STACK}.pulumi", ignore_errors=True)
    edge.reset()
    # Pulumi writes a salt into the stack file that it works with: never into this one.
    assert {path: path.read_bytes() for path in edge.dir.glob("Pulumi*.yaml")} == files


def test_a_stack_of_the_built_in_engine_is_not_deployed_a_second_time(edge: Edge, pulumi: Edge) -> None:
    before = edge.state()
    done = pulumi.run("up", ok=False)
    assert done.returncode == 1
    line = error_line(done)
    assert "edge stack export" in line and "edge stack import" in line
    assert edge.state() == before
    assert pulumi.run("stack", "output", "--json").stdout.strip() == "{}"


def test_what_the_built_in_engine_deployed_is_handed_over(edge: Edge, pulumi: Edge) -> None:
    stack = stack_file(edge)
    hand_over(edge, pulumi)
    pulumi.run("plan", "--expect-no-changes")
    assert pulumi.json("stack", "output") == edge.json("stack", "output") != {}
    # Applying is more than planning: whatever an update would touch is seen now.
    assert set(pulumi.json("up")["counts"]) == {"same"}
    assert stack_file(edge) == stack

    edge.change(add_network)
    stack = stack_file(edge)
    ours, theirs = edge.json("plan"), pulumi.json("plan")
    assert fates(theirs) == fates(ours)
    changes = [[step["changes"] for step in plan["steps"] if step["op"] == "update"] for plan in (ours, theirs)]
    assert [change["path"] for change in changes[1][0]] == [change["path"] for change in changes[0][0]] == ["stdin"]
    assert pulumi.run("plan", "--expect-no-changes", ok=False).returncode == 3

    # A failing resource, while the change is there: a frr.conf that is not ours any more.
    def refuse(stack: Any) -> None:
        add_network(stack)
        stack["routers"][0]["adopt"] = False

    edge.change(refuse)
    good = edge.on("cilium-r", f"cat {CONF}")
    edge.on("cilium-r", f"cat > {CONF}", stdin="frr defaults traditional\nip route 203.0.113.0/24 192.168.10.101\n")
    try:
        done = pulumi.run("up", ok=False)
    finally:
        edge.on("cilium-r", f"cat > {CONF}", stdin=good)
    assert done.returncode == 1
    line = error_line(done)
    assert "cilium-r-conf" in line and "was written by hand" in line
    # What the router says is told, the script that it ran is not.
    assert "mktemp" not in done.stderr and len(line) < 400
    assert "10.10.2.0/24" not in edge.on("cilium-r", f"cat {CONF}")


def test_pulumi_builds_proves_hands_back_and_takes_away(edge: Edge, pulumi: Edge) -> None:
    stack = stack_file(edge)
    edge.run("destroy", "--yes")
    before = edge.on("cilium-r", f"cat {CONF} /etc/frr/daemons")
    plan = edge.json("plan", "--fresh")
    try:
        result = pulumi.json("up", timeout=600)
        assert fates(result) == fates(plan)
        assert set(result["counts"]) == {"create"}
        assert set(pulumi.json("up")["counts"]) == {"same"}
        assert edge.on("cilium-r", f"cat {CONF} /etc/frr/daemons") != before
        assert pulumi.verify()["green"]

        hand_over(pulumi, edge)
        edge.run("plan", "--expect-no-changes")
        assert edge.run("refresh", "--preview-only", "--expect-no-changes").returncode == 0
        assert edge.json("stack", "output") == pulumi.json("stack", "output") != {}
    finally:
        done = pulumi.run("destroy", "--yes", ok=False)
        # The built-in engine was given a state of what is no more.
        for file in (edge.home / "state").glob(f"{STACK}.json*"):
            file.unlink()
    assert done.returncode == 0, done.stderr
    assert pulumi.run("stack", "export").stdout and resources(pulumi) == []
    assert edge.on("cilium-r", f"cat {CONF} /etc/frr/daemons") == before
    assert edge.on("cilium-r", "ls /etc/frr/*.before-cilium-edge 2>/dev/null; true") == ""
    assert "webpod" not in edge.kubectl("get", "services,deployments,pods", "-A", "-o", "name")
    assert json.loads(edge.run("lab", "exec", "mgmt", "--", "helm", "list", "-A", "-o", "json").stdout) == []
    assert "172.20.0.0/16" not in edge.on("cilium-w1", "ip route")
    assert stack_file(edge) == stack


def resources(edge: Edge) -> list[Any]:
    deployment = json.loads(edge.run("stack", "export").stdout)["deployment"]
    return list(deployment.get("resources") or [])
