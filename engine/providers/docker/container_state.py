"""The real state of a container, compared with its inputs."""

from __future__ import annotations

from typing import Any

from config.errors import DockerError
from engine.providers.docker import images, limits, networks, ports
from engine.providers.docker.kinds import REPLACED, own_labels
from engine.providers.docker.specification import BRIDGE
from engine.values import Properties
from transport.docker import failures

# Key among observed inputs: the container's status, if the container does not run. An update corrects it.
DRIFTED = "drifted"
# Key among observed inputs: the name that somebody gave the container by hand. An update gives back the declared name.
RENAMED = "renamedByHand"
_RUNS = ("running", "restarting")


def outputs(inputs: Properties, found: Any) -> Properties:
    """The outputs: the inputs, the container's id, its published ports, and its endpoint in each network."""
    ends = found.attrs["NetworkSettings"]["Networks"] or {}
    data = [
        {
            "networkName": name,
            "ipAddress": end.get("IPAddress", ""),
            "gateway": end.get("Gateway", ""),
            "ipPrefixLength": end.get("IPPrefixLen", 0),
            "macAddress": end.get("MacAddress", ""),
            "globalIpv6Address": end.get("GlobalIPv6Address", ""),
        }
        for name, end in sorted(ends.items())
    ]
    published = {"ports": ports.published(inputs["ports"], found.attrs)} if inputs.get("ports") else {}
    return {**inputs, **published, "containerId": found.id, "bridge": "", "networkDatas": data}


def observed(docker: Any, id: str, inputs: Properties, found: Any) -> Properties:
    """The inputs with the container's real values. The next `up` removes each difference."""
    seen = {key: value for key, value in inputs.items() if key not in (DRIFTED, RENAMED)}
    if found.id != id:
        seen[REPLACED] = True
    image = images.find(docker, str(inputs["image"]))
    if image is None or image.id != found.attrs["Image"]:
        seen["image"] = (
            found.attrs["Config"]["Image"]
            if found.attrs["Config"]["Image"] != inputs["image"]
            else (found.attrs["Image"])
        )
    if "networksAdvanced" in inputs:
        seen["networksAdvanced"] = _networks(docker, inputs, found)
    if "labels" in inputs:
        seen["labels"] = own_labels(found.labels, inputs)
    with failures(f"container {inputs['name']}"):
        seen |= limits.observed(docker, inputs, found.attrs["HostConfig"])
    if found.name != inputs["name"]:
        seen[RENAMED] = found.name
    if inputs.get("mustRun") is not False and inputs.get("start") is not False and found.status not in _RUNS:
        seen[DRIFTED] = found.status
    return seen


def starts(before: Properties, inputs: Properties) -> bool:
    """Whether an update starts the container: the recorded one did not run, and the declared one does.

    A job that has ended (`mustRun` false) is not done again.
    """
    must_run = inputs.get("mustRun") is not False
    if inputs.get("start") is False:
        return False
    if not before:
        # An earlier update was interrupted.
        return must_run
    return DRIFTED in before or before.get("start") is False or (must_run and before.get("mustRun") is False)


def last_words(container: Any) -> str:
    """The last line that a container wrote."""
    try:
        with failures("logs"):
            lines = container.logs(tail=5).decode(errors="replace").strip().splitlines()
    except DockerError:
        return "the log cannot be read"
    return lines[-1].strip() if lines else "no output"


def last_check(state: dict[str, Any]) -> str:
    """The last line of the last health check, at most 200 characters; empty if it printed nothing."""
    log = (state.get("Health") or {}).get("Log") or []
    return str(log[-1].get("Output", "")).strip().splitlines()[-1][:200] if log and log[-1].get("Output") else ""


def _networks(docker: Any, inputs: Properties, found: Any) -> list[Properties]:
    """The container's endpoints in the order of the inputs. Undeclared endpoints come last."""
    real = dict(found.attrs["NetworkSettings"]["Networks"] or {})
    result, said = [], inputs["networksAdvanced"]
    mode = str(inputs.get("networkMode") or BRIDGE)
    if mode != BRIDGE and all(network["name"] != mode for network in said):
        # The container stays on the network of its mode.
        real.pop(_named(docker, mode, real), None)
    for network in said:
        end = real.pop(_named(docker, network["name"], real), None)
        if end is not None:
            fixed = end.get("IPAMConfig") or {}
            keys = {"ipv4Address": "IPv4Address", "ipv6Address": "IPv6Address"}
            result.append({**network, **{key: fixed.get(word) for key, word in keys.items() if key in network}})
    return [*result, *({"name": name} for name in sorted(real))]


def _named(docker: Any, said: str, real: dict[str, Any]) -> str:
    """The name among a container's endpoints of the network with the declared name or id. Docker accepts both.

    The endpoints of a container that never ran have no ids: the engine is asked.
    """
    network = None if said in real else networks.get(docker, said)
    return said if network is None else str(network.name)
