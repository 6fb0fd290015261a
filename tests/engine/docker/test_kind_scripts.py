"""The scripts around a kind cluster on a real engine: containers with kind's label are its nodes."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest

from components.docker.kind_nodes import read
from components.hosts.observe import OBSERVE
from components.hosts.shell import script
from tests.engine.project import REPOSITORY

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(shutil.which("docker") is None, reason="no docker: edge setup --docker installs it"),
]

HERE = REPOSITORY / "components/docker"
NODES = script(HERE / "kind_nodes.sh", cluster="edge", quoted='"edge-net"')
DELETE = script(HERE / "kind_delete.sh", cluster="edge", network="edge-net")
KIND = {"io.x-k8s.kind.cluster": "edge"}


def sh(text: str) -> str:
    done = subprocess.run(["/bin/sh", "-c", text], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nodes_in_every_state_are_started_and_removed(docker: Any) -> None:
    docker.networks.create("edge-net")
    common = {"image": "tiny:1", "command": ["stay"], "network": "edge-net"}
    made = {
        name: docker.containers.create(name=f"edge-{name}", labels=KIND, **common)
        for name in ("created", "exited", "paused", "running")
    }
    other = docker.containers.create(name="other", labels={"io.x-k8s.kind.cluster": "other"}, **common)
    elsewhere = docker.containers.create("tiny:1", ["stay"], name="elsewhere", labels=KIND)
    for name in ("exited", "paused", "running"):
        made[name].start()
    made["exited"].kill()
    made["paused"].pause()
    seen = sh(NODES)
    assert sh(NODES.partition(OBSERVE)[2]) == seen
    lines = {line.split()[0]: line.split()[1:3] for line in seen.splitlines()}
    assert lines == {one.name: [one.id, "running"] for one in (*made.values(), elsewhere)}
    nodes = read("\n".join(line for line in seen.splitlines() if not line.startswith("elsewhere ")))
    assert {name: node.container for name, node in nodes.items()} == {one.name: one.id for one in made.values()}
    sh(DELETE)
    left = {one.id for one in docker.containers.list(all=True)}
    assert left == {other.id, elsewhere.id}
    sh(DELETE)
