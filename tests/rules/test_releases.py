"""What rules say of each release of Cilium, against that release's own files: CRDs, chart, annotations, tables."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.cilium import Cilium
from config.load import parse
from config.stack import StackConfig
from effective import chart
from effective.chart.extract import leaves
from effective.objects import bgp
from effective.objects.egress import egress_policy
from effective.objects.l2 import l2_policy
from effective.objects.policies import network_policy
from rules.across.x04_api_version import served
from rules.across.x06_moved_key import MOVED
from rules.across.x07_kubernetes import kubernetes_minors
from rules.lbipam.p13_annotations import readable
from rules.registry import check_all
from tests.rules.test_fixtures import BASE, merged

pytestmark = pytest.mark.versions

# The first and the newest patches that there are of each release.
VERSIONS = ["1.16.0", "1.16.19", "1.17.0", "1.17.16", "1.18.0", "1.18.8", "1.19.0", "1.19.7", "1.20.0", "1.20.2"]
_TERM = r'(?:annotation\.)?\w+|"[^"]*"'
_CONSTANT = re.compile(rf"^\s*(\w+) += ((?:{_TERM})(?: \+ (?:{_TERM}))*)$", re.MULTILINE)
_CRDS = "pkg/k8s/apis/cilium.io/client/crds/*/*.yaml"
# Where Cilium reads annotations of Services.
_ANNOTATIONS = ("pkg/annotation", "operator/pkg/ciliumenvoyconfig", "operator/pkg/nodeipam", "pkg/nodeipamconfig")


@cache
def source(version: str) -> Path:
    """The module of a release, in Go's module cache."""
    command = ["go", "mod", "download", "-json", f"github.com/cilium/cilium@v{version}"]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    return Path(json.loads(done.stdout)["Dir"])


def release(version: str) -> tuple[int, int]:
    return Cilium(version=version).release


def strings(text: str) -> set[str]:
    """The values of the string constants of Go sources, each put together from those above it."""
    values: dict[str, str] = {}
    for name, terms in _CONSTANT.findall(text):
        parts = [part.strip() for part in terms.split(" + ")]
        known = [part[1:-1] if part[0] == '"' else values.get(part.removeprefix("annotation."), "?") for part in parts]
        values[name] = "".join(known)
    return set(values.values())


@cache
def crds(version: str) -> list[Any]:
    """What each CRD of a release says."""
    return [yaml.safe_load(file.read_text())["spec"] for file in source(version).glob(_CRDS)]


def kinds(version: str) -> dict[str, set[str]]:
    """Kind -> the apiVersions that its CRD serves."""
    return {
        spec["names"]["kind"]: {f"{spec['group']}/{each['name']}" for each in spec["versions"] if each["served"]}
        for spec in crds(version)
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_the_api_versions_of_each_kind(version: str) -> None:
    there = kinds(version)
    exact = Cilium(version=version).exact
    ours = {kind: served(kind, exact) for kind in {kind for each in VERSIONS for kind in kinds(each)}}
    known = {kind: set(versions) for kind, versions in ours.items() if versions is not None}
    assert len(known) > 15
    assert known == {kind: there.get(kind, set()) for kind in known}
    # What rules do not judge is what components and users' manifests of BGP, pools and policies never are.
    assert {kind for kind, versions in ours.items() if versions is None} <= {
        "CiliumEndpoint",
        "CiliumIdentity",
        "CiliumDatapathPlugin",
    }


def schemas(version: str) -> dict[tuple[str, str], Any]:
    """(Kind, apiVersion) -> the schema of its CRD."""
    return {
        (spec["names"]["kind"], f"{spec['group']}/{each['name']}"): each["schema"]["openAPIV3Schema"]
        for spec in crds(version)
        for each in spec["versions"]
    }


def unknown(schema: Any, value: Any, path: str) -> Iterator[str]:
    """The fields and values that a schema does not have."""
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}={value}"
    if isinstance(value, list):
        for one in value:
            yield from unknown(schema.get("items", {}), one, path)
    fields, free = schema.get("properties", {}), schema.get("additionalProperties")
    for key, one in value.items() if isinstance(value, dict) else ():
        below = fields.get(key, free)
        if isinstance(below, dict):
            yield from unknown(below, one, f"{path}.{key}")
        else:
            yield f"{path}.{key}"


def rendered(stack: StackConfig) -> Iterator[Any]:
    """Every custom resource of a stack."""
    cilium, section = stack.cilium, stack.bgp
    assert section is not None
    yield from (bgp.advertisement_set(one, cilium) for one in section.advertisements)
    yield from (bgp.peer_config(one, cilium) for one in section.peer_configs)
    yield from (bgp.cluster_config(one, cilium) for one in section.cluster_configs)
    yield from (bgp.node_override(one, cilium) for one in section.node_overrides)
    yield from (bgp.pool(one, cilium) for one in stack.pools)
    yield from map(l2_policy, stack.l2_policies)
    yield from (egress_policy(one, cilium) for one in stack.egress_policies)
    yield from map(network_policy, stack.network_policies)


_ENTRY = "bgp.advertisements[0].advertisements"
_INSTANCE = "bgp.clusterConfigs[0].instances[0]"
# What a CRD lacks -> the rule that says so, and where.
SAID = {
    "CiliumBGPAdvertisement.spec.advertisements.advertisementType=Interface": f"B44 {_ENTRY}[3].type",
    "CiliumBGPAdvertisement.spec.advertisements.interface": f"B44 {_ENTRY}[3].type",
    "CiliumBGPAdvertisement.spec.advertisements.service.aggregationLengthIPv4": f"B44 {_ENTRY}[0].aggregationLength",
    "CiliumBGPAdvertisement.spec.advertisements.service.aggregationLengthIPv6": (
        f"B44 {_ENTRY}[0].aggregationLengthIPv6"
    ),
    "CiliumBGPClusterConfig.spec.bgpInstances.localPort": f"B44 {_INSTANCE}.localPort",
    "CiliumBGPClusterConfig.spec.bgpInstances.peers.autoDiscovery": f"B23 {_INSTANCE}.peers[1].defaultGateway",
    "CiliumBGPNodeConfigOverride.spec.bgpInstances.localASN": "B44 bgp.nodeOverrides[0].instances[0].localASN",
    "CiliumBGPPeerConfig.spec.transport.sourceInterface": "B44 bgp.peerConfigs[0].transport.sourceInterface",
    "CiliumEgressGatewayPolicy.spec.egressGateways": "G10 egressPolicies[0].egressGateways",
    "CiliumEgressGatewayPolicy.spec.selectors.nodeSelector": "G26 egressPolicies[0].selectors[0].nodeSelector",
}


@pytest.mark.parametrize("version", VERSIONS)
def test_fields_that_a_release_lacks_are_refused_and_no_others(version: str) -> None:
    patch = yaml.safe_load((Path(__file__).parent / "every_field.yaml").read_text())
    stack = parse(merged(BASE, {**patch, "cilium": {"version": version}}), "every")
    known = schemas(version)
    missing: set[str] = set()
    for item in rendered(stack):
        schema, kind = known[item["kind"], item["apiVersion"]], item["kind"]
        missing |= set(unknown(schema["properties"]["spec"], item["spec"], f"{kind}.spec"))
    told = {f"{finding.rule} {finding.path}" for finding in check_all(stack).findings if finding.severity == "error"}
    assert told & set(SAID.values()) == {SAID[field] for field in missing}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_keys_of_the_chart(version: str) -> None:
    place = source(version) / "install/kubernetes/cilium"
    real: dict[str, Any] = dict(leaves(yaml.safe_load((place / "values.yaml").read_text())))
    unknown = {key for key in real if not chart.knows(release(version), key.removesuffix(".*"))}
    assert not unknown
    templates = "".join(file.read_text() for file in sorted((place / "templates").rglob("*.yaml")))
    for key in MOVED:
        if not chart.knows(release(version), key) and key not in chart.groups(release(version)):
            assert key not in real and not any(other.startswith(f"{key}.") for other in real), key
            # Templates name what is gone only to refuse it.
            used = [line for line in templates.splitlines() if re.search(rf"\.Values\.{re.escape(key)}\b[^.]", line)]
            assert all("if" in line for line in used), (key, used)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_annotations_of_services(version: str) -> None:
    files = (file for place in _ANNOTATIONS for file in sorted(source(version).glob(f"{place}/*.go")))
    values = strings("\n".join(file.read_text() for file in files))
    keys = readable(release(version))
    # Each is there, and none is there that is said to come later.
    assert set(keys) == set(readable((1, 99))) & values


@pytest.mark.parametrize("version", VERSIONS)
def test_the_versions_of_kubernetes(version: str) -> None:
    table = (source(version) / "Documentation/network/kubernetes/compatibility.rst").read_text()
    [row] = re.findall(r"^\| (1\.\d\d(?:, 1\.\d\d)+) \|", table, re.MULTILINE)
    minors = [int(each.removeprefix("1.")) for each in row.split(", ")]
    assert kubernetes_minors(Cilium(version=version).exact) == (min(minors), max(minors))
