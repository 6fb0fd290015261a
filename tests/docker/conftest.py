"""The stack of containers, deployed once, on the lab's Docker engine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lab.docker.engine import OURS
from tests.e2e.harness import Edge

# Containers and networks begin with the stack's name: a stack of somebody who works here is another one.
NAME = "dtest"


class Containers(Edge):
    """A stack of the project's under a name of the tests' own."""

    def __init__(self, directory: Path, shipped: str) -> None:
        super().__init__(directory, shipped)
        (self.dir / f"Pulumi.{shipped}.yaml").unlink()
        self.stack = NAME
        # Ten attempts at a node that is paused on purpose are three minutes.
        stack = self.original["config"]["cilium-edge:stack"]
        stack["cluster"]["ssh"] = {"dialErrorLimit": 3}
        if stack["cluster"]["kind"] == "kind":
            _rename_cluster(stack)
        self.reset()

    def inside(
        self, host: str, *command: str, ok: bool = True, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        return self.run("lab", "exec", host, "--", *command, ok=ok, stdin=stdin)

    def container(self, host: str) -> Any:
        return client().containers.get(f"{NAME}-{host}")

    def left(self) -> list[str]:
        """What there is of the stack on the engine."""
        docker = client()
        objects = [*docker.containers.list(all=True, ignore_removed=True), *docker.networks.list()]
        return sorted(one.name for one in objects if one.name.startswith(f"{NAME}-"))

    def volumes(self) -> set[str]:
        return {one.id for one in client().volumes.list()}


def _rename_cluster(stack: dict[str, Any]) -> None:
    """kind names nodes by their cluster: a cluster of somebody who works here is another one."""
    former = stack["cluster"]["name"]
    stack["cluster"]["name"] = NAME
    for item in stack["nodes"]:
        item["name"] = item["name"].replace(former, NAME, 1)
    for item in stack["workloads"]:
        if "node" in item:
            item["node"] = item["node"].replace(former, NAME, 1)


def prepared(edge: Containers) -> None:
    """The engine runs, has its images, and has nothing that a killed run of the tests left behind."""
    command = [sys.executable, "-m", "cli", "lab", "docker", "up"]
    done = subprocess.run(command, env=edge.env, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stderr
    remove(f"{NAME}-")


def remove(beginning: str) -> None:
    """Remove all containers and networks of the engine whose names begin so."""
    for container in client().containers.list(all=True, filters={"name": f"^{beginning}"}):
        container.remove(force=True, v=True)
    for network in client().networks.list(filters={"name": f"^{beginning}"}):
        network.remove()


def client() -> Any:
    from docker import DockerClient

    return DockerClient(base_url=OURS.host, timeout=120)


@pytest.fixture(scope="session")
def engine() -> Iterator[None]:
    """The engine with its images; it ends with the tests, unless it ran before them."""
    ran = OURS.pid is not None
    yield
    if not ran:
        OURS.down()


@contextmanager
def deployed(directory: Path, shipped: str) -> Iterator[Containers]:
    """One of the project's stacks, deployed; nothing of it is left afterwards."""
    edge = Containers(directory / "project", shipped)
    prepared(edge)
    before = edge.volumes()
    try:
        edge.run("up", timeout=600)
        yield edge
    finally:
        edge.run("destroy", "--yes", ok=False)
        assert edge.left() == [] and edge.volumes() <= before


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory, engine: None) -> Iterator[Containers]:
    with deployed(tmp_path_factory.mktemp("docker"), "docker") as edge:
        yield edge


@pytest.fixture(scope="module")
def kind(tmp_path_factory: pytest.TempPathFactory, engine: None) -> Iterator[Containers]:
    with deployed(tmp_path_factory.mktemp("kind"), "kind") as edge:
        yield edge


@pytest.fixture(scope="module")
def egress(tmp_path_factory: pytest.TempPathFactory, engine: None) -> Iterator[Containers]:
    with deployed(tmp_path_factory.mktemp("egress"), "egress-docker") as edge:
        yield edge
