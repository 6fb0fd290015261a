"""What goes from one engine to the other: exports, imports, and what Pulumi's providers fill in."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib import metadata
from typing import Any

import pytest

from engine.handover import for_pulumi, from_pulumi
from engine.passphrase import Passphrase
from engine.resource import Resource
from engine.values import SECRET_SIGNATURE, SIGNATURE, Secret, from_json, to_json
from tests.engine.project import Project

NEEDLE = "needle-in-the-haystack"
CRYPTO = Passphrase("word")
RELEASE = "kubernetes:helm.sh/v3:Release"


def sealed(text: str) -> dict[str, str]:
    return {SIGNATURE: SECRET_SIGNATURE, "ciphertext": text}


# --- a secret within a secret ---

NESTED = Secret({"open": 1, "inner": Secret([NEEDLE, Secret(NEEDLE)])})
# Inside a secret Pulumi marks another one and leaves its text as it is.
PULUMIS = {"open": 1, "inner": sealed(json.dumps([NEEDLE, sealed(json.dumps(NEEDLE))]))}


def test_a_secret_within_a_secret_is_written_as_pulumi_does() -> None:
    written = to_json(NESTED, CRYPTO.encrypt)
    assert NEEDLE not in json.dumps(written)
    assert json.loads(CRYPTO.decrypt(written["ciphertext"])) == PULUMIS


def test_a_secret_within_a_secret_is_read_as_pulumi_writes_it() -> None:
    assert from_json(sealed(CRYPTO.encrypt(json.dumps(PULUMIS))), CRYPTO.decrypt) == NESTED


def test_a_secret_that_was_encrypted_twice_is_still_read() -> None:
    once = sealed(CRYPTO.encrypt(json.dumps(NEEDLE)))
    twice = sealed(CRYPTO.encrypt(json.dumps({"inner": sealed(CRYPTO.encrypt(json.dumps([NEEDLE, once])))})))
    assert from_json(twice, CRYPTO.decrypt) == Secret({"inner": Secret([NEEDLE, Secret(NEEDLE)])})


@pytest.mark.parametrize("text", ["v1:", "v1:a:b", '"v1:a:b"', ""])
def test_a_text_that_looks_encrypted_is_a_text(text: str) -> None:
    value = Secret({"inner": Secret(text)})
    assert from_json(to_json(value, CRYPTO.encrypt), CRYPTO.decrypt) == value


# --- export ---


def test_the_manifests_magic_is_the_digest_of_its_version(project: Project) -> None:
    project.up('command("a")')
    manifest = project.engine.export()["deployment"]["manifest"]
    # `pulumi stack import` refuses any other.
    assert manifest["magic"] == sha256(manifest["version"].encode()).hexdigest()
    assert manifest["version"] and manifest["time"].endswith("Z")


def exported(kind: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> Resource:
    resource = Resource(f"urn:pulumi:t::proj::{kind}::a", kind, True, inputs, outputs, "1")
    before = (dict(inputs), dict(outputs))
    result = for_pulumi(resource)
    # What is in force here is not touched.
    assert (resource.inputs, resource.outputs) == before
    return result


def test_an_object_has_what_its_provider_compares_with() -> None:
    inputs = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"type": "LoadBalancer"}}
    result = exported("kubernetes:core/v1:Service", inputs, {**inputs, "status": {}})
    assert result.outputs == {
        **inputs,
        "status": {},
        "__inputs": inputs,
        "__initialApiVersion": "v1",
        "__fieldManager": "cilium-edge",
    }
    assert result.inputs == inputs


def test_a_patch_keeps_the_name_of_its_fields_owner() -> None:
    notes = {"pulumi.com/patchFieldManager": "cilium-edge-bgp"}
    inputs = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "annotations": notes}}
    assert exported("kubernetes:core/v1:NodePatch", inputs, inputs).outputs["__fieldManager"] == "cilium-edge-bgp"


def test_a_release_has_its_defaults_and_what_was_declared_wins() -> None:
    result = exported(RELEASE, {"chart": "c", "atomic": True}, {"status": {"revision": 1}})
    assert (result.inputs["atomic"], result.inputs["waitForJobs"], result.inputs["timeout"]) == (True, False, 0)
    assert result.outputs["__inputs"] == Secret(result.inputs)
    assert result.outputs["status"] == {"revision": 1}


@pytest.mark.parametrize("wrap", [Secret, lambda value: value])
def test_the_secrets_of_a_connection_are_marked_within(wrap: Any) -> None:
    connection = {"host": "h", "privateKey": NEEDLE, "proxy": {"host": "b", "password": NEEDLE}, "password": None}
    marked = {
        "host": "h",
        "privateKey": Secret(NEEDLE),
        "proxy": {"host": "b", "password": Secret(NEEDLE)},
        "password": None,
    }
    inputs = {"connection": wrap(connection)}
    result = exported("command:remote:Command", inputs, inputs)
    assert result.inputs == result.outputs == {"connection": wrap(marked)}


def test_a_provider_has_the_version_of_its_sdk() -> None:
    version = metadata.version("pulumi-kubernetes")
    result = exported("pulumi:providers:kubernetes", {"kubeconfig": "text"}, {"kubeconfig": "text"})
    assert result.inputs == {"__internal": {}, "kubeconfig": "text", "version": version}
    assert result.outputs == {"kubeconfig": "text", "version": version}
    assert exported("pulumi:providers:unheard-of", {}, {}).inputs == {"__internal": {}}


def test_it_is_in_the_export_and_not_in_the_state(project: Project) -> None:
    project.up('command("a")')
    (provider,) = (r for r in project.engine.export()["deployment"]["resources"] if "providers" in r["type"])
    assert provider["inputs"]["__internal"] == {}
    assert "__internal" not in project.engine.path.read_text()


# --- import ---


def imported(project: Project, kind: str, name: str, inputs: dict[str, Any]) -> Resource:
    resource = {"urn": f"urn:pulumi:t::proj::{kind}::{name}", "type": kind, "custom": True, "id": "1", "inputs": inputs}
    project.engine.import_(json.dumps({"version": 3, "deployment": {"resources": [resource]}}))
    # From the file: what is not written comes back with the next operation.
    return project.at("state").resources()[0]


def test_a_releases_empty_defaults_are_taken_out(project: Project) -> None:
    declared = {
        "chart": "cilium",
        "version": "1.18.0",
        "timeout": 300,
        "skipAwait": True,
        "repositoryOpts": {"repo": "https://helm.cilium.io"},
    }
    filled = {
        "atomic": False,
        "description": "",
        "maxHistory": 0,
        "valueYamlFiles": [],
        "keyring": None,
        "resourceNames": {},
    }
    assert imported(project, RELEASE, "cilium", {**declared, **filled, "values": {"a": 1}}).inputs == {
        **declared,
        "values": {"a": 1},
    }


def test_a_releases_empty_values_stay(project: Project) -> None:
    # The program always declares them.
    assert imported(project, RELEASE, "cilium", {"chart": "c", "values": {}}).inputs == {"chart": "c", "values": {}}


def test_what_is_empty_within_a_releases_values_stays(project: Project) -> None:
    values = {"envoy": {"enabled": False}, "list": [], "text": "", "number": 0}
    assert imported(project, RELEASE, "cilium", {"values": values}).inputs == {"values": values}


def test_the_version_of_a_named_provider_is_taken_out(project: Project) -> None:
    inputs = {"version": "4.34.2", "kubeconfig": "text"}
    assert imported(project, "pulumi:providers:kubernetes", "cluster", inputs).inputs == {"kubeconfig": "text"}


def test_the_version_of_a_default_provider_stays(project: Project) -> None:
    inputs = {"version": "1.2.1"}
    assert imported(project, "pulumi:providers:command", "default_1_2_1", inputs).inputs == inputs


def test_what_is_empty_in_other_resources_stays(project: Project) -> None:
    inputs = {"create": "true", "stdin": "", "triggers": [], "version": "1"}
    assert imported(project, "command:local:Command", "a", inputs).inputs == inputs


def inputs_after_import(kind: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> dict[str, Any]:
    return from_pulumi(Resource(f"urn:pulumi:t::proj::{kind}::a", kind, True, inputs, outputs, "1")).inputs


def test_defaults_of_the_terraform_bridge_are_left_out_at_every_depth() -> None:
    inputs = {
        "__defaults": ["start", "networkMode"],
        "name": "box",
        "start": True,
        "networkMode": "bridge",
        "healthcheck": {"__defaults": ["startInterval"], "startInterval": "0s", "tests": ["CMD", "true"]},
        "uploads": Secret([{"__defaults": [], "file": "/key", "content": NEEDLE}]),
    }
    assert inputs_after_import("docker:index/container:Container", inputs, {}) == {
        "name": "box",
        "healthcheck": {"tests": ["CMD", "true"]},
        "uploads": Secret([{"file": "/key", "content": NEEDLE}]),
    }


def test_an_object_of_the_cluster_has_no_namespace() -> None:
    metadata = {"name": "a", "namespace": "default"}
    inputs = {"kind": "CiliumBGPPeerConfig", "metadata": metadata}
    kind = "kubernetes:cilium.io/v2:CiliumBGPPeerConfig"
    assert inputs_after_import(kind, inputs, {"metadata": {"name": "a"}})["metadata"] == {"name": "a"}
    assert inputs_after_import(kind, inputs, {"metadata": metadata})["metadata"] == metadata


def test_a_container_has_what_the_docker_provider_fills_in_and_comes_back_without() -> None:
    kind = "docker:index/container:Container"
    ports = [{"internal": 80}, {"internal": 53, "ip": "127.0.0.1", "protocol": "udp"}]
    inputs = {"name": "box", "start": False, "healthcheck": {"tests": ["CMD", "true"]}, "ports": ports}
    result = exported(kind, inputs, {**inputs, "containerId": "1"})
    assert result.inputs["__defaults"] == [
        "containerReadRefreshTimeoutMilliseconds",
        "mustRun",
        "networkMode",
        "removeVolumes",
    ]
    assert result.inputs["healthcheck"]["__defaults"] == ["startInterval"]
    for side in (result.inputs, result.outputs):
        assert (side["mustRun"], side["start"], side["healthcheck"]["startInterval"]) == (True, False, "0s")
    assert "__defaults" not in result.outputs and inputs_after_import(kind, result.inputs, {}) == inputs
    ends = [("0.0.0.0", "tcp"), ("127.0.0.1", "udp")]  # noqa: S104
    for side in (result.inputs, result.outputs):
        assert [(one["ip"], one["protocol"]) for one in side["ports"]] == ends
    assert [one["__defaults"] for one in result.inputs["ports"]] == [["ip", "protocol"], []]
    # Without a health check, no part of one.
    assert "healthcheck" not in exported(kind, {"name": "box"}, {}).inputs
