"""Programs that are not this project's, by the built-in engine on the lab's API server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import PROJECT, Edge

PRELUDE = """
import pulumi
from pulumi import ResourceOptions
from pulumi_kubernetes.core.v1 import ConfigMap, Secret, Service
from pulumi_kubernetes.rbac.v1 import RoleBinding
here = pulumi.ProviderResource("kubernetes", "here", {{"kubeconfig": open({kubeconfig!r}).read(), **{settings}}})
at = lambda **more: ResourceOptions(provider=here, **more)
"""
# Prints what became of each resource, and the outputs; where it fails, why.
DRIVER = """
import json, sys
from pathlib import Path
from config.errors import EdgeError
from engine.operations import BuiltinEngine
from engine.values import plain
engine = BuiltinEngine(Path(sys.argv[1]), "t", Path(sys.argv[1]) / "state", own_passphrase=True)
try:
    steps = getattr(engine, sys.argv[2])().steps
    print(json.dumps({"steps": {s.name: str(s.op) for s in steps if s.type.startswith("kubernetes:")},
                      "outputs": plain(engine.outputs())}))
except EdgeError as error:
    print(json.dumps({"error": str(error)}))
"""


class Program:
    """A project of its own, run where the lab's API server is reached."""

    def __init__(self, edge: Edge, place: Path) -> None:
        self._edge, self._place = edge, place
        (place / "Pulumi.yaml").write_text("name: theirs\nruntime: python\n")
        (place / "Pulumi.t.yaml").write_text("config: {}\n")
        (place / "driver.py").write_text(DRIVER)
        (place / "kubeconfig").touch(0o600)
        (place / "kubeconfig").write_text(edge.on("mgmt", 'cat "${KUBECONFIG:-$HOME/.kube/config}"'))

    def run(self, text: str, verb: str = "up", **settings: str) -> Any:
        prelude = PRELUDE.format(kubeconfig=str(self._place / "kubeconfig"), settings=settings)
        (self._place / "__main__.py").write_text(prelude + text)
        script = f"cd {PROJECT} && PYTHONPATH={PROJECT} .venv/bin/python {self._place}/driver.py {self._place} {verb}"
        return json.loads(self._edge.on("mgmt", script))


@pytest.fixture
def program(edge: Edge, tmp_path: Path) -> Iterator[Program]:
    one = Program(edge, tmp_path)
    yield one
    one.run("", "destroy")


def uid(edge: Edge, *what: str) -> str:
    return edge.kubectl("get", *what, "-o", "jsonpath={.metadata.uid}")


def test_what_exists_is_taken_over_as_it_is_or_not_at_all(edge: Edge, program: Program) -> None:
    edge.kubectl("create", "configmap", "theirs", "--from-literal=key=value")
    before = uid(edge, "configmap", "theirs")
    text = (
        'ConfigMap("a", metadata={"name": "theirs", "namespace": "default"}, data={"key": "%s"},'
        ' opts=at(import_="default/theirs"))'
    )
    for verb in ("preview", "up"):
        assert "the object and the program differ in data.key" in program.run(text % "other", verb)["error"]
    assert "default/nobody: does not exist" in program.run(text.replace("/theirs", "/nobody") % "value")["error"]
    assert program.run(text % "value", "preview")["steps"] == {"a": "import"}
    assert program.run(text % "value")["steps"] == {"a": "import"}
    assert program.run(text % "value")["steps"] == {"a": "same"}
    # It is the program's now, with all that follows.
    assert uid(edge, "configmap", "theirs") == before
    assert program.run("")["steps"] == {"a": "delete"}
    assert edge.kubectl("get", "configmap", "theirs", ok=False) == ""


def test_what_is_only_looked_at_is_an_output_and_stays(edge: Edge, program: Program) -> None:
    text = 'it = Service.get("it", "default/kubernetes", opts=at())\npulumi.export("ip", it.spec["cluster_ip"])'
    address = edge.kubectl("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}")
    assert program.run(text) == {"steps": {"it": "read"}, "outputs": {"ip": address}}
    program.run("")
    assert uid(edge, "service", "kubernetes")
    assert "does not exist" in program.run(text.replace("default/kubernetes", "default/nobody"))["error"]


@pytest.mark.thorough
def test_what_cannot_be_changed_is_made_anew(edge: Edge, program: Program) -> None:
    text = (
        'Secret("s", metadata={"name": "theirs", "namespace": "default"}, string_data={"k": "%s"}, opts=at())\n'
        'RoleBinding("r", metadata={"name": "theirs", "namespace": "default"}, subjects=[], opts=at(),'
        ' role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "%s"})'
    )
    program.run(text % ("one", "view"))
    before = uid(edge, "secret", "theirs")
    assert program.run(text % ("two", "edit"))["steps"] == {"s": "replace", "r": "replace"}
    assert uid(edge, "secret", "theirs") != before
    assert edge.kubectl("get", "rolebinding", "theirs", "-o", "jsonpath={.roleRef.name}") == "edit"
    # A provider that was told so changes a Secret in place.
    before = uid(edge, "secret", "theirs")
    assert program.run(text % ("three", "edit"), enableSecretMutable="true")["steps"] == {"s": "update", "r": "same"}
    assert uid(edge, "secret", "theirs") == before
