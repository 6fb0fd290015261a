"""drill where nothing can be broken: one line, and nothing was touched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import PROJECT


def drill(tmp_path: Path, stack: str, name: str, **environment: str) -> str:
    """What it says, and that it failed."""
    env = {**os.environ, "EDGE_HOME": str(tmp_path), "EDGE_ENGINE": "builtin", "NO_COLOR": "1", **environment}
    argv = [sys.executable, "-m", "cli", "-C", str(PROJECT), "drill", "-s", stack, name]
    done = subprocess.run(argv, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


def test_hosts_that_somebody_else_runs_are_not_broken(tmp_path: Path) -> None:
    said = drill(tmp_path, "bgp", "node-lost")
    assert "drills break hosts, expected a cluster of kind lab, docker or kind, got existing" in said


@pytest.mark.skipif(not any(Path(d, "docker").exists() for d in os.environ["PATH"].split(":")), reason="no docker")
def test_an_engine_that_does_not_answer(tmp_path: Path) -> None:
    said = drill(tmp_path, "docker", "node-lost", DOCKER_HOST="unix:///nowhere/docker.sock")
    assert "docker ps: " in said and "unix:///nowhere/docker.sock" in said


def listed(tmp_path: Path, stack: str) -> str:
    env = {**os.environ, "EDGE_HOME": str(tmp_path), "EDGE_ENGINE": "builtin", "NO_COLOR": "1", "COLUMNS": "200"}
    env |= {"PATH": str(tmp_path), "DOCKER_HOST": "unix:///nowhere/docker.sock"}
    argv = [sys.executable, "-m", "cli", "-C", str(PROJECT), "drill", "-s", stack]
    return subprocess.run(argv, cwd=PROJECT, env=env, capture_output=True, text=True, check=True).stdout


def test_the_list_says_what_cannot_be_held_here(tmp_path: Path) -> None:
    docker, lab = listed(tmp_path, "docker"), listed(tmp_path, "dev")
    assert docker.count("not here: ") == 1 and "not here: no newer image of Cilium is known for containers" in docker
    assert "node-rebooted" in docker and "not here: the hosts of a lab do not boot" in lab


def test_a_machine_without_docker(tmp_path: Path) -> None:
    said = drill(tmp_path, "docker", "node-lost", PATH=str(tmp_path), DOCKER_HOST="unix:///nowhere/docker.sock")
    assert said.endswith("drills of containers need the command docker on PATH")
