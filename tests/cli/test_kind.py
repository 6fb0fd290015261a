"""Plans of kind clusters, on a machine without Docker and before the cluster exists."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.hosts.shell import script
from tests.cli.conftest import PROJECT

Edge = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def edge(tmp_path: Path) -> Edge:
    """`edge` on a copy of the stack kind, which a function may have changed. PATH has no docker and no kind."""
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(PROJECT / name, tmp_path / name)
    file = tmp_path / "Pulumi.kind.yaml"

    def run(*words: str, change: Callable[[Any], object] = lambda stack: None) -> subprocess.CompletedProcess[str]:
        document = yaml.safe_load((PROJECT / "Pulumi.kind.yaml").read_text())
        change(document["config"]["cilium-edge:stack"])
        file.write_text(yaml.safe_dump(document, sort_keys=False))
        own = {
            "EDGE_HOME": str(tmp_path / "home"),
            "EDGE_ENGINE": "builtin",
            "NO_COLOR": "1",
            "PYTHONPATH": str(PROJECT),
        }
        env = {**os.environ, **own, "PATH": str(tmp_path), "DOCKER_HOST": "unix:///nowhere/docker.sock"}
        argv = [sys.executable, "-m", "cli", "-C", str(tmp_path), *words, "-s", "kind"]
        return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)

    return run


def steps(done: subprocess.CompletedProcess[str]) -> set[tuple[str, str]]:
    assert done.returncode == 0, done.stderr
    return {(step["type"].rpartition(":")[2], step["name"]) for step in json.loads(done.stdout)["steps"]}


def test_the_whole_stack_is_planned_before_its_cluster_exists(edge: Edge) -> None:
    found = steps(edge("plan", "--json"))
    assert {
        ("Command", "kind"),
        ("Command", "kind-nodes"),
        ("Container", "tor"),
        ("Container", "edge-worker2-access"),
        ("Command", "bgp-route-edge-worker2"),
        ("Release", "cilium"),
        ("CiliumBGPClusterConfig", "bgp-clusterconfig-edge"),
    } <= found
    assert ("Container", "edge-worker2") not in found


def test_labels_and_taints_are_put_on_the_nodes_that_have_some(edge: Edge) -> None:
    def tainted(stack: Any) -> None:
        stack["nodes"][1] |= {"labels": {"egress-gw": "true"}, "taints": [{"key": "egress-gw", "effect": "NoSchedule"}]}

    found = steps(edge("plan", "--json", change=tainted))
    assert {name for kind, name in found if kind == "NodePatch"} == {"edge-worker-registered"}


def test_an_existing_cluster_and_its_network_are_not_made(edge: Edge) -> None:
    found = steps(edge("plan", "--json", change=lambda stack: stack["cluster"].update(create=False)))
    assert ("Command", "kind-nodes") in found
    assert ("Command", "kind") not in found and not [name for kind, name in found if kind == "Network"]


def test_rules_speak_before_the_cluster_exists(edge: Edge) -> None:
    done = edge("plan", change=lambda stack: stack["bgp"]["clusterConfigs"][0]["instances"][0].update(localASN=65000))
    assert done.returncode == 2 and "tor" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(("there", "missing"), [((), "kind"), (("kind",), "docker")])
def test_the_script_of_the_cluster_says_which_program_to_install(
    tmp_path: Path, there: tuple[str, ...], missing: str
) -> None:
    for name in there:
        (tmp_path / name).symlink_to("/bin/false")
    text = script(PROJECT / "components/docker/kind_create.sh", cluster="edge", network="172.18.0.0-16", image="")
    env = {"PATH": str(tmp_path)}
    done = subprocess.run(["/bin/sh", "-c", text], env=env, capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{missing} is not on PATH; install {missing}, or set cluster.create: false")
