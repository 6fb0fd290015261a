"""A container's volumes and mounts, for Docker's API."""

from __future__ import annotations

from typing import Any

from config.errors import DockerError
from engine.values import Properties

# Input -> keyword of the library, by the type of mount that has the options.
_OPTIONS = {
    "bind": ("bindOptions", {"propagation": "propagation"}),
    "tmpfs": ("tmpfsOptions", {"mode": "tmpfs_mode", "sizeBytes": "tmpfs_size"}),
    "volume": ("volumeOptions", {"noCopy": "no_copy"}),
}


def host(inputs: Properties) -> dict[str, Any]:
    """The volumes and mounts that are not the container's own, as keywords of the host configuration.

    Raises DockerError for options of another type of mount.
    """
    volumes = inputs.get("volumes") or ()
    return {
        "binds": [_bind(one) for one in volumes if one.get("hostPath") or one.get("volumeName")],
        "volumes_from": [f"{one['fromContainer']}:{_access(one)}" for one in volumes if one.get("fromContainer")],
        "mounts": [_mount(one) for one in inputs.get("mounts") or ()],
    }


def anonymous(inputs: Properties) -> list[str] | None:
    """The paths of volumes that the engine makes for the container alone."""
    sources = ("hostPath", "volumeName", "fromContainer")
    volumes = inputs.get("volumes") or ()
    return [one["containerPath"] for one in volumes if not any(one.get(key) for key in sources)] or None


def _access(volume: Properties) -> str:
    return "ro" if volume.get("readOnly") else "rw"


def _bind(volume: Properties) -> str:
    source = volume.get("hostPath") or volume["volumeName"]
    options = [_access(volume), *([volume["selinuxRelabel"]] if volume.get("selinuxRelabel") else [])]
    return f"{source}:{volume['containerPath']}:{','.join(options)}"


def _mount(mount: Properties) -> Any:
    from docker.types import DriverConfig, Mount

    kind = mount.get("type") or "volume"
    for other, (key, _) in _OPTIONS.items():
        if other != kind and mount.get(key):
            raise DockerError(f"mount of {mount['target']}: {key}: expected type {other}, got {kind}")
    key, names = _OPTIONS.get(kind, ("", {}))
    options = mount.get(key) or {}
    found = {word: options[name] for name, word in names.items() if options.get(name) is not None}
    if options.get("labels"):
        found["labels"] = {one["label"]: one["value"] for one in options["labels"]}
    if options.get("driverName") or options.get("driverOptions"):
        found["driver_config"] = DriverConfig(options.get("driverName") or "local", options.get("driverOptions"))
    return Mount(mount["target"], mount.get("source"), type=kind, read_only=bool(mount.get("readOnly")), **found)
