"""Translates a container's inputs for Docker's API."""

from __future__ import annotations

import re
from typing import Any

from engine.providers.docker import limits, ports, storage
from engine.providers.docker.kinds import labels, mark
from engine.values import Properties

# The network of a container that names no network mode: the default of Docker's provider for Pulumi.
BRIDGE = "bridge"
# Input -> keyword of the library, for values that are passed unchanged.
_HOST = {
    "privileged": "privileged",
    "runtime": "runtime",
    "securityOpts": "security_opt",
    "sysctls": "sysctls",
    "tmpfs": "tmpfs",
    "init": "init",
    "cgroupnsMode": "cgroupns",
    "dns": "dns",
    "dnsOpts": "dns_opt",
    "dnsSearches": "dns_search",
    "ipcMode": "ipc_mode",
    "pidMode": "pid_mode",
    "usernsMode": "userns_mode",
    "readOnly": "read_only",
    "groupAdds": "group_add",
    "deviceCgroupRules": "device_cgroup_rules",
    "publishAllPorts": "publish_all_ports",
}
_CONTAINER = {
    "command": "command",
    "entrypoints": "entrypoint",
    "hostname": "hostname",
    "domainname": "domainname",
    "envs": "environment",
    "stopSignal": "stop_signal",
    "tty": "tty",
    "stdinOpen": "stdin_open",
    "user": "user",
    "workingDir": "working_dir",
}
_MEBI = 1 << 20
_SPAN = re.compile(r"([0-9.]+)(ns|us|µs|ms|s|m|h)")
_NANOSECONDS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


def configuration(api: Any, inputs: Properties) -> dict[str, Any]:
    """The body of a create request."""
    host = api.create_host_config(
        **_given(_HOST, inputs),
        **_host(inputs),
        network_mode=inputs.get("networkMode") or BRIDGE,
    )
    result: dict[str, Any] = api.create_container_config(
        str(inputs["image"]),
        **{"command": None, **_given(_CONTAINER, inputs)},
        labels={**labels(inputs), **mark(inputs)},
        host_config=host,
        ports=ports.exposed(inputs.get("ports") or ()) or None,
        healthcheck=_healthcheck(inputs.get("healthcheck")),
        volumes=storage.anonymous(inputs),
    )
    return result


def endpoint(network: Properties) -> dict[str, Any]:
    """A container's endpoint in a network."""
    names = {
        "ipv4Address": "ipv4_address",
        "ipv6Address": "ipv6_address",
        "aliases": "aliases",
        "linkLocalIps": "link_local_ips",
    }
    found = _given(names, network)
    if network.get("driverOpts"):
        found["driver_opt"] = dict(each.partition("=")[::2] for each in network["driverOpts"])
    return found


def nanoseconds(span: str) -> int:
    """A duration as Go writes it: `30s`, `1m30s`."""
    return int(sum(float(number) * _NANOSECONDS[unit] for number, unit in _SPAN.findall(span)))


def _host(inputs: Properties) -> dict[str, Any]:
    from docker.types import Ulimit

    capabilities = inputs.get("capabilities") or {}
    return {
        "cap_add": capabilities.get("adds"),
        "cap_drop": capabilities.get("drops"),
        "extra_hosts": [f"{one['host']}:{one['ip']}" for one in inputs.get("hosts") or ()] or None,
        **storage.host(inputs),
        "ulimits": [
            Ulimit(name=one["name"], soft=one["soft"], hard=one["hard"]) for one in inputs.get("ulimits") or ()
        ],
        "shm_size": int(inputs["shmSize"]) * _MEBI if inputs.get("shmSize") else None,
        "port_bindings": ports.bindings(inputs.get("ports") or ()),
        "devices": [_device(one) for one in inputs.get("devices") or ()],
        **limits.limits(inputs),
    }


def _device(device: Properties) -> dict[str, str]:
    """A device of the engine's machine. As one text its paths could not have colons."""
    return {
        "PathOnHost": device["hostPath"],
        "PathInContainer": device.get("containerPath") or device["hostPath"],
        "CgroupPermissions": device.get("permissions") or "rwm",
    }


def _healthcheck(said: Properties | None) -> Any:
    from docker.types import Healthcheck

    if not said:
        return None
    spans = {
        key: nanoseconds(str(said[word]))
        for key, word in (("interval", "interval"), ("timeout", "timeout"), ("start_period", "startPeriod"))
        if said.get(word)
    }
    return Healthcheck(test=said["tests"], retries=int(said.get("retries") or 3), **spans)


def _given(names: dict[str, str], inputs: Properties) -> dict[str, Any]:
    return {word: inputs[key] for key, word in names.items() if inputs.get(key) is not None}
