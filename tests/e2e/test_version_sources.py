"""What rules say of each release of Cilium, against that release's own files: CRDs, chart, annotations, tables."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.cilium import Cilium
from effective import chart
from effective.chart.extract import leaves
from rules.across.x04_api_version import served
from rules.across.x06_moved_key import MOVED
from rules.across.x07_kubernetes import kubernetes_minors
from rules.lbipam.p13_annotations import readable

pytestmark = pytest.mark.versions

# The first and the newest patches that there are of each release.
VERSIONS = ["1.16.0", "1.16.19", "1.17.0", "1.17.16", "1.18.0", "1.18.8", "1.19.0", "1.19.7", "1.20.0", "1.20.2"]
_TERM = r'(?:annotation\.)?\w+|"[^"]*"'
_CONSTANT = re.compile(rf"^\s*(\w+) += ((?:{_TERM})(?: \+ (?:{_TERM}))*)$", re.MULTILINE)
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
def kinds(version: str) -> dict[str, set[str]]:
    """Kind -> the apiVersions that its CRD serves."""
    found: dict[str, set[str]] = {}
    for file in source(version).glob("pkg/k8s/apis/cilium.io/client/crds/*/*.yaml"):
        spec = yaml.safe_load(file.read_text())["spec"]
        versions = {f"{spec['group']}/{each['name']}" for each in spec["versions"] if each["served"]}
        found.setdefault(spec["names"]["kind"], set()).update(versions)
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_the_api_versions_of_each_kind(version: str) -> None:
    crds = kinds(version)
    exact = Cilium(version=version).exact
    ours = {kind: served(kind, exact) for kind in {kind for each in VERSIONS for kind in kinds(each)}}
    known = {kind: set(versions) for kind, versions in ours.items() if versions is not None}
    assert len(known) > 15
    assert known == {kind: crds.get(kind, set()) for kind in known}
    # What rules do not judge is what components and users' manifests of BGP, pools and policies never are.
    assert {kind for kind, versions in ours.items() if versions is None} <= {
        "CiliumEndpoint",
        "CiliumIdentity",
        "CiliumDatapathPlugin",
    }


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
