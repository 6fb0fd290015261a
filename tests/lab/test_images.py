"""What a lab runs beside what every lab does, and how the image table starts Envoy."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.cilium import Cilium
from config.errors import LabError
from lab import images
from lab.toolchain import build
from lab.toolchain.recipes import CILIUM, DEFAULT_CILIUM, ENVOY, ENVOY_BRIDGE, HUBBLE, Part

FILE = Path(__file__).resolve().parents[2] / "Pulumi.ingress.yaml"
DOCUMENT = yaml.safe_load(FILE.read_text())["config"]["cilium-edge:stack"]
# As charts write it: a version, a commit, and a digest.
CHART = "quay.io/cilium/cilium-envoy:v1.34.1-1752151664-7c2edb0b@sha256:" + "0" * 64
NEXT = next(version for version in CILIUM if version != DEFAULT_CILIUM.version)


@pytest.mark.parametrize(
    ("values", "envoy"),
    [
        # The chart has it on.
        ({}, True),
        ({"envoy": {}}, True),
        ({"envoy": {"enabled": True}}, True),
        ({"envoy": {"enabled": "true"}}, True),
        ({"envoy": {"log": {"level": "debug"}}}, True),
        ({"envoy": None}, True),
        ({"envoy": "false"}, True),
        ({"envoy": {"enabled": False}}, False),
        ({"envoy": {"enabled": "false"}}, False),
    ],
)
def test_envoy_is_wanted_unless_the_values_say_no(values: dict[str, Any], envoy: bool) -> None:
    assert images.wanted(Cilium(values=values)) == (DEFAULT_CILIUM, *((ENVOY, ENVOY_BRIDGE) if envoy else ()))


def test_the_shipped_stack_wants_envoy_and_hubble() -> None:
    assert images.wanted(Cilium.model_validate(DOCUMENT["cilium"])) == (DEFAULT_CILIUM, ENVOY, ENVOY_BRIDGE, HUBBLE)


@pytest.mark.parametrize(
    ("hubble", "relay"),
    [
        # The chart has Hubble on, and its relay off.
        ({}, False),
        ({"relay": {}}, False),
        ({"relay": {"enabled": True}}, True),
        ({"relay": {"enabled": "true"}}, True),
        ({"relay": {"enabled": "false"}}, False),
        ({"enabled": False, "relay": {"enabled": True}}, False),
        ({"enabled": "false", "relay": {"enabled": True}}, False),
        (None, False),
    ],
)
def test_hubble_is_wanted_where_its_relay_is_on(hubble: Any, relay: bool) -> None:
    wanted = images.wanted(Cilium(values={"envoy": {"enabled": False}, "hubble": hubble}))
    assert wanted == (DEFAULT_CILIUM, *((HUBBLE,) if relay else ()))


def test_the_relays_binary_is_where_its_read_only_image_lets_it_be(cache: Path) -> None:
    image = f"quay.io/cilium/hubble-relay:v{HUBBLE.version}@sha256:0"
    assert entry(image) is None
    put(cache, HUBBLE)
    assert entry(image)["mounts"] == [
        {"source": f"/opt/cilium-edge/bin/{HUBBLE.key}/hubble-relay", "target": "/usr/bin/hubble-relay"}
    ]
    # A patch of the same minor version speaks the same protocol; another minor version is not claimed.
    assert entry("quay.io/cilium/hubble-relay:v1.18.9") and entry("quay.io/cilium/hubble-relay:v1.17.4") is None


def test_hubbles_cli_is_on_the_path_once_it_is_built(cache: Path) -> None:
    assert build.bin_dir(HUBBLE) not in build.bin_dirs()
    put(cache, HUBBLE)
    assert build.bin_dir(HUBBLE) in build.bin_dirs()


def test_the_version_of_the_stack_is_what_is_wanted() -> None:
    assert images.wanted(Cilium(version=NEXT))[0] is CILIUM[NEXT] is not DEFAULT_CILIUM
    words = f"cilium.version: expected a version that a lab can run ({', '.join(CILIUM)}), got 1.16.99"
    with pytest.raises(LabError, match=re.escape(words)):
        images.wanted(Cilium(version="1.16.99", values={"envoy": {"enabled": False}}))


def test_a_cluster_with_ipv6_is_refused_by_name() -> None:
    with pytest.raises(LabError, match=r"IPv4 alone.*remove cilium\.values\.ipv6"):
        images.wanted(Cilium(version=NEXT, values={"ipv6": {"enabled": True}}))
    assert images.wanted(Cilium(version=NEXT, values={"ipv6": {"enabled": False}}))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which nothing is built."""
    monkeypatch.setattr(build, "CACHE", tmp_path)
    return tmp_path


def put(cache: Path, *parts: Part) -> None:
    for part in parts:
        for binary in part.binaries:
            place = cache / "bin" / part.key / binary.name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()


def entry(image: str) -> Any:
    """The table's entry as the node runner finds it: the first that matches the whole reference."""
    return next(
        (e for e in json.loads(images.table()) if re.fullmatch(e["image"], image) and "container" not in e), None
    )


def test_envoys_image_is_the_starter_which_starts_envoy(cache: Path) -> None:
    put(cache, ENVOY, ENVOY_BRIDGE)
    found = entry(CHART)
    bridge = f"/opt/cilium-edge/bin/{ENVOY_BRIDGE.key}/envoybridge"
    assert {m["target"]: m["source"] for m in found["mounts"]} == {
        "/usr/bin/cilium-envoy": f"/opt/cilium-edge/bin/{ENVOY.key}/envoy",
        "/usr/bin/cilium-envoy-starter": bridge,
    }
    # The Pod's own command is the starter; nothing stands in its place.
    assert set(found) == {"image", "mounts"}


def test_what_the_node_sees_is_what_was_built(cache: Path) -> None:
    put(cache, ENVOY, ENVOY_BRIDGE)
    inside = images._BINARIES
    for mount in entry(CHART)["mounts"]:
        assert (cache / "bin" / mount["source"].removeprefix(f"{inside}/")).exists()


@pytest.mark.parametrize("parts", [(), (ENVOY,), (ENVOY_BRIDGE,)])
def test_an_envoy_that_is_not_whole_has_no_entry(cache: Path, parts: tuple[Part, ...]) -> None:
    put(cache, *parts)
    assert entry(CHART) is None


def test_the_agents_image_is_not_taken_for_envoys(cache: Path) -> None:
    put(cache, ENVOY, ENVOY_BRIDGE)
    assert entry(f"quay.io/cilium/cilium:v{DEFAULT_CILIUM.version}") is None
    put(cache, DEFAULT_CILIUM)
    assert "cilium-envoy" not in entry(f"quay.io/cilium/cilium:v{DEFAULT_CILIUM.version}")["image"]
    assert entry("quayXio/cilium/cilium-envoy:v1") is None


@pytest.mark.parametrize("image", sorted({workload["image"] for workload in DOCUMENT["workloads"]}))
def test_every_workload_of_the_shipped_stack_has_an_image(image: str) -> None:
    found = entry(image)
    assert found["entrypoint"], image
    # A tag and a digest are the user's own affair.
    assert entry(f"docker.io/{image}:1.2@sha256:0") == found and entry(f"evil/{image}") is None


def test_agents_that_tell_envoy_everything_by_one_stream_have_to_split_it() -> None:
    with pytest.raises(LabError, match=r"xdsMode: expected split in a lab with Cilium 1\.20\.2, got nothing"):
        images.wanted(Cilium(version="1.20.2"))
    assert images.wanted(Cilium(version="1.20.2", values={"envoy": {"xdsMode": "split"}}))[1:] == (ENVOY, ENVOY_BRIDGE)
    assert len(images.wanted(Cilium(version="1.20.2", values={"envoy": {"enabled": False}}))) == 1
