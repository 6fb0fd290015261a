"""A changed text of the program's scripts changes no key and no cluster of a stack of containers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from components.docker import keys
from components.hosts import shell
from components.stack.access import access_to
from components.stack.build import build
from config.load import parse
from config.stack import StackConfig
from tests.components.program import registered
from tests.engine.project import REPOSITORY, Project, fates

KEY = """
from components.docker.keys import ssh_key
pulumi.export("key", ssh_key("key", Group("hosts")))
"""
CLUSTER = """
import yaml
from pathlib import Path
from components.docker.kind_cluster import cluster_command
from config.load import parse
document = yaml.safe_load(Path({file!r}).read_text())["config"]["cilium-edge:stack"]
document["cluster"].update({cluster!r})
for node in document["nodes"]:
    node["name"] = node["name"].replace("edge", document["cluster"]["name"], 1)
document["workloads"] = []
stack = parse(document, "kind")
cluster_command(stack, stack.cluster, Output.from_input({network!r}), [], Group("kubernetes"))
"""
# Both take down their arguments, and `docker` has nothing.
FAKE = "#!/bin/sh\necho {name} $* >> {log}\n"


def shipped(name: str) -> StackConfig:
    document = yaml.safe_load((REPOSITORY / f"Pulumi.{name}.yaml").read_text())
    return parse(document["config"]["cilium-edge:stack"], name)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE_FILE", raising=False)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("kind", "docker"):
        (tools / name).write_text(FAKE.format(name=name, log=tmp_path / "log"))
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    return Project(tmp_path)


def cluster(network: str = "edge-net", **settings: Any) -> str:
    return CLUSTER.format(file=str(REPOSITORY / "Pulumi.kind.yaml"), cluster=settings, network=network)


def kind_was_called(project: Project) -> list[str]:
    """The clusters that kind made since the last call, and the removals of containers."""
    lines = [line for line in project.log if line.startswith(("kind create", "docker rm"))]
    project.forget_log()
    return [line.partition(" --image")[0] for line in lines]


def test_a_key_stays(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.up(KEY)
    before = project.engine.outputs()["key"].value
    monkeypatch.setattr(keys, "_SCRIPT", keys._SCRIPT + "# another comment\n")
    assert project.up(KEY).changed == [] and project.engine.outputs()["key"].value == before


def test_a_cluster_stays(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.up(cluster())
    assert kind_was_called(project) == ["kind create cluster --name edge"]
    read = shell._text
    monkeypatch.setattr(shell, "_text", lambda path: read(path) + "# another comment\n")
    assert fates(project.up(cluster()))["kind"] == "update"
    assert project.log == []
    assert "another comment" in project.resource("kind").inputs["delete"]


@pytest.mark.parametrize(
    ("change", "made"),
    [
        ({"name": "other"}, "kind create cluster --name other"),
        ({"images": {"node": "kindest/node:v1"}}, "kind create cluster --name edge"),
        ({"podCIDR": "10.99.0.0/16"}, "kind create cluster --name edge"),
        ({"network": "other-net"}, "kind create cluster --name edge"),
    ],
)
def test_another_cluster_is_made_anew(project: Project, change: dict[str, Any], made: str) -> None:
    project.up(cluster())
    project.forget_log()
    text = cluster(change["network"]) if "network" in change else cluster(**change)
    assert fates(project.up(text))["kind"] == "replace"
    assert kind_was_called(project) == [made]
    if "podCIDR" in change:
        assert "10.99.0.0/16" in project.resource("kind").inputs["stdin"]


@pytest.mark.parametrize("stack", ["docker", "egress-docker", "kind"])
def test_no_command_makes_something_again_for_its_text_or_from_old_input(
    stack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, tuple[dict[str, Any], list[str]]] = {}

    def note(args: pulumi.ResourceTransformationArgs) -> None:
        if args.type_.startswith("command:"):
            seen[args.name] = (args.props, args.opts.ignore_changes or [])

    def program() -> None:
        pulumi.runtime.register_stack_transformation(note)
        build(shipped(stack), access_to(shipped(stack)))

    registered(program, "cilium-edge", stack, preview=True)
    # These commands only read, wait, or set a file to what it is already.
    harmless = {"kind-nodes", "kind-pods", "kind-kubeconfig", "cilium-agents", "cilium-crds"}
    again = {name for name, (props, ignored) in seen.items() if props.get("update") is None and "create" not in ignored}
    assert {name for name in again if not name.endswith("-daemons")} <= harmless
    # A replacement would read the old input.
    assert [name for name, (_, ignored) in seen.items() if "stdin" in ignored] == []
