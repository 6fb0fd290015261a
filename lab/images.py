"""The program for each image on a node: the shipped table, and the built versions of Cilium."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from config.cilium import Cilium
from config.errors import LabError
from lab.places import CACHE
from lab.toolchain.build import bin_dir, built
from lab.toolchain.recipes import CILIUM, DEFAULT_CILIUM, ENVOY, ENVOY_BRIDGE, HUBBLE, Part, Toolset

# As of this release agents configure Envoy over one stream (ADS), unless xdsMode is split.
_OTHER_STREAMS = (1, 20)
_TABLE = Path(__file__).with_name("images.json")
# The directory of a node for an operator's own /run/cilium.
OPERATOR_RUN = "/run/cilium-operator"
# Directories of a node with all built binaries, and with the source modules.
_BINARIES, _SOURCES = "/opt/cilium-edge/bin", "/opt/cilium-edge/source"


def table() -> str:
    """The node runner's image table as JSON. Images of versions that are not built have no entry."""
    shipped = json.loads(_TABLE.read_text())
    cilium = [entry for each in CILIUM.values() if built(each) for entry in _images(each)]
    envoy = [_envoy()] if built(ENVOY) and built(ENVOY_BRIDGE) else []
    return json.dumps([*shipped, *cilium, *envoy, *([_hubble_relay()] if built(HUBBLE) else [])])


def wanted(cilium: Cilium) -> tuple[Part, ...]:
    """The additional parts of a lab with this Cilium. Raises LabError for settings that no lab can run."""
    if enabled(cilium.values, "ipv6", default=False):
        # Pods, Services and nodes have one address each, so that agents would wait forever for an IPv6 PodCIDR.
        raise LabError(
            "cilium.values.ipv6.enabled: expected false in a lab, got true; the lab's cluster has IPv4 alone;"
            " remove cilium.values.ipv6, or use a cluster of kind existing"
        )
    envoy = (ENVOY, ENVOY_BRIDGE) if enabled(cilium.values, "envoy", default=True) else ()
    given = cilium.values.get("envoy")
    mode = given.get("xdsMode") if isinstance(given, dict) else None
    if envoy and cilium.release >= _OTHER_STREAMS and mode != "split":
        # A Pod gets no network before Envoy has accepted its policy.
        raise LabError(
            f"cilium.values.envoy.xdsMode: expected split in a lab with Cilium {cilium.version},"
            f" got {mode or 'nothing'}; the lab's Envoy has a stream for each kind;"
            " set xdsMode: split, or envoy.enabled: false"
        )
    # As in the chart: the relay needs Hubble.
    relay = enabled(cilium.values, "hubble", default=True) and enabled(cilium.values, "hubble.relay", default=False)
    return (toolset(cilium.version), *envoy, *((HUBBLE,) if relay else ()))


def binds(cilium_source: Path) -> dict[str, Path]:
    """Directories of a node that the table's entries refer to. They also show binaries that are built later."""
    return {_BINARIES: CACHE / "bin", _SOURCES: cilium_source.parent}


def toolset(version: str) -> Toolset:
    """The toolset for Cilium `version`. Raises LabError with the available versions if there is none."""
    found = CILIUM.get(version)
    if found is None:
        raise LabError(f"cilium.version: expected a version that a lab can run ({', '.join(CILIUM)}), got {version}")
    return found


def newer(version: str) -> str:
    """The newest built Cilium of the same minor version. Raises LabError if none is newer."""
    minor = version.rpartition(".")[0]
    same = [other for other in CILIUM if other.rpartition(".")[0] == minor and _patch(other) > _patch(version)]
    found = [other for other in same if built(CILIUM[other])]
    if not found:
        how = f"edge setup --all builds {max(same, key=_patch)}" if same else "the lab has no newer patch release"
        raise LabError(f"no Cilium newer than {version} is built: {how}")
    return max(found, key=_patch)


def enabled(values: dict[str, Any], part: str, *, default: bool) -> bool:
    """Whether the chart installs a part. The chart also accepts the text `false`."""
    found: Any = values
    for word in (*part.split("."), "enabled"):
        found = found.get(word, default) if isinstance(found, dict) else default
    return found not in (False, "false")


def _patch(version: str) -> int:
    return int(version.rpartition(".")[2])


def _images(cilium: Toolset) -> list[dict[str, Any]]:
    agent = ("cilium-agent", "cilium-dbg", "cilium-cni", "cilium-health-responder")
    sources = [{"source": f"{_SOURCES}/cilium@v{cilium.version}/bpf", "target": "/var/lib/cilium/bpf"}]
    return [
        _image("cilium", cilium, [*_files(cilium, agent), *sources]),
        # Agent and operator use the same path for their shell sockets, which in the lab would be one file.
        {
            **_image("operator-generic", cilium, []),
            "mounts": [
                *_files(cilium, ("cilium-operator-generic",)),
                {"source": OPERATOR_RUN, "target": "/run/cilium"},
            ],
        },
    ]


def _image(name: str, cilium: Toolset, mounts: list[dict[str, str]]) -> dict[str, Any]:
    image = rf"quay\.io/cilium/{name}:v{re.escape(cilium.version)}(@.*)?"
    # The node's own files belong to the default version.
    return {"image": image} if cilium is DEFAULT_CILIUM else {"image": image, "mounts": mounts}


def _files(cilium: Toolset, names: tuple[str, ...]) -> list[dict[str, str]]:
    return [_file(cilium, name, f"/usr/local/bin/{name}") for name in names]


def _file(part: Part, name: str, target: str) -> dict[str, str]:
    return {"source": f"{_BINARIES}/{bin_dir(part).name}/{name}", "target": target}


def _hubble_relay() -> dict[str, Any]:
    # The directory that is first on the image's PATH is read-only in the Pod.
    minor = re.escape(HUBBLE.version.rpartition(".")[0])
    return {
        "image": rf"quay\.io/cilium/hubble-relay:v{minor}\..*",
        "mounts": [_file(HUBBLE, "hubble-relay", "/usr/bin/hubble-relay")],
    }


def _envoy() -> dict[str, Any]:
    # The chart runs the starter, which runs Envoy.
    mounts = [
        _file(ENVOY, ENVOY.name, "/usr/bin/cilium-envoy"),
        _file(ENVOY_BRIDGE, ENVOY_BRIDGE.name, "/usr/bin/cilium-envoy-starter"),
    ]
    return {"image": r"quay\.io/cilium/cilium-envoy:.*", "mounts": mounts}
