"""The settings that Docker changes on a running container: memory, CPU and the restart policy."""

from __future__ import annotations

from typing import Any

from engine.values import Properties

_MEBI = 1 << 20
# The policy of a container without `restart`.
_NO_RESTART = "no"
# Input in MiB -> keyword of the library, name in the API.
_MEMORY = {
    "memory": ("mem_limit", "Memory"),
    "memorySwap": ("memswap_limit", "MemorySwap"),
    "memoryReservation": ("mem_reservation", "MemoryReservation"),
}
_CPU = {"cpuShares": ("cpu_shares", "CpuShares"), "cpuSet": ("cpuset_cpus", "CpusetCpus")}
# Input -> what the engine says about itself. An engine that cannot limit this drops the setting with a warning.
_ABILITY = {
    "memory": "MemoryLimit",
    "memorySwap": "SwapLimit",
    "memoryReservation": "MemoryLimit",
    "cpuShares": "CPUShares",
    "cpuSet": "CPUSet",
}


def limits(inputs: Properties) -> dict[str, Any]:
    """The settings as keywords of the library, for a create or an update.

    Memory is in MiB; a `memorySwap` of -1 is no limit. Default of `memorySwap`: twice `memory`, as in Docker. A policy
    is always among the settings, so that an update without `restart` ends the policy of before.
    """
    if inputs.get("memory") and inputs.get("memorySwap") is None:
        inputs = {**inputs, "memorySwap": inputs["memory"] * 2}
    found: dict[str, Any] = {}
    for key, (word, _) in _MEMORY.items():
        if (value := inputs.get(key)) is not None:
            found[word] = value if value < 0 else int(value) * _MEBI
    found.update({word: inputs[key] for key, (word, _) in _CPU.items() if inputs.get(key) is not None})
    policy = {"Name": _policy(inputs), "MaximumRetryCount": int(inputs.get("maxRetryCount") or 0)}
    return {**found, "restart_policy": policy}


def observed(docker: Any, inputs: Properties, host: dict[str, Any]) -> Properties:
    """The declared limits, and the restart policy, that a container's HostConfig has otherwise; empty if none."""
    wanted, seen = limits(inputs), {}
    for key, (word, name) in {**_MEMORY, **_CPU}.items():
        # Docker has a default of its own for a zero or an empty text.
        if inputs.get(key) and wanted[word] != (real := host.get(name)):
            seen[key] = real // _MEBI if key in _MEMORY and real and real > 0 else real
    if seen:
        able = docker.info()
        seen = {key: value for key, value in seen.items() if able.get(_ABILITY[key], True)}
    policy = host.get("RestartPolicy") or {}
    if (name := policy.get("Name") or _NO_RESTART) != _policy(inputs):
        seen["restart"] = name
    count = policy.get("MaximumRetryCount") or 0
    if inputs.get("maxRetryCount") is not None and count != inputs["maxRetryCount"]:
        seen["maxRetryCount"] = count
    return seen


def _policy(inputs: Properties) -> str:
    return str(inputs.get("restart") or _NO_RESTART)
