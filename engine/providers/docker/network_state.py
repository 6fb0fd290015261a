"""The real state of a network, compared with its inputs."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from engine.providers.docker.kinds import MARK, digest, labels, own_labels
from engine.values import Properties

# What Docker's provider for Pulumi makes of a network that names no driver.
DRIVER = "bridge"
IPAM_DRIVER = "default"
# Input -> name in the API.
_SWITCHES = {"internal": "Internal", "attachable": "Attachable", "ipv6": "EnableIPv6"}
_SETTINGS = {"driver": "Driver", **_SWITCHES}
_POOL = {"subnet": "Subnet", "ipRange": "IPRange", "gateway": "Gateway"}


def made_for(inputs: Properties, found: Any) -> bool:
    """Whether an interrupted create made the network.

    The network has the mark. A network with declared labels has no mark, because Docker's provider for Pulumi reads all
    labels: then labels and settings are exactly the declared ones, or the defaults.
    """
    said, real = labels(inputs), found.attrs.get("Labels") or {}
    if not said:
        return bool(real.get(MARK) == digest(inputs))
    return real == said and _same_settings(inputs, found.attrs)


def _same_settings(inputs: Properties, attrs: dict[str, Any]) -> bool:
    ipam = attrs.get("IPAM") or {}
    pools, real = inputs.get("ipamConfigs") or [], ipam.get("Config") or []
    return (
        attrs["Driver"] == (inputs.get("driver") or DRIVER)
        and all(bool(attrs.get(name)) == bool(inputs.get(key)) for key, name in _SWITCHES.items())
        and (attrs.get("Options") or {}) == (inputs.get("options") or {})
        and ipam.get("Driver") == (inputs.get("ipamDriver") or IPAM_DRIVER)
        and (ipam.get("Options") or {}) == (inputs.get("ipamOptions") or {})
        # Docker chooses the pools of a network that declares none.
        and (not pools or len(pools) == len(real))
        and all(_same_pool(*pair) for pair in _pairs(pools, attrs))
    )


def _same_pool(said: Properties, real: dict[str, Any]) -> bool:
    """Whether a pool is as declared. Docker chooses a subnet and a gateway that are not declared."""
    chosen = all(key not in said or subnet(said[key]) == subnet(real.get(_POOL[key])) for key in ("subnet", "gateway"))
    others = real.get("AuxiliaryAddresses") or {}
    return (
        chosen
        and subnet(said.get("ipRange")) == subnet(real.get("IPRange"))
        and others == (said.get("auxAddress") or {})
    )


def observed(inputs: Properties, found: Any) -> Properties:
    """The inputs with the network's real values."""
    seen: Properties = {**inputs, **{key: found.attrs[word] for key, word in _SETTINGS.items() if key in inputs}}
    ipam = found.attrs.get("IPAM") or {}
    if "ipamDriver" in inputs:
        seen["ipamDriver"] = ipam.get("Driver")
    if inputs.get("ipamOptions"):
        seen["ipamOptions"] = ipam.get("Options") or {}
    if inputs.get("ipamConfigs"):
        seen["ipamConfigs"] = [_pool(said, real) for said, real in _pairs(inputs["ipamConfigs"], found.attrs)]
    if inputs.get("options"):
        real = found.attrs.get("Options") or {}
        seen["options"] = {key: real[key] for key in inputs["options"] if key in real}
    if inputs.get("labels"):
        seen["labels"] = own_labels(found.attrs.get("Labels") or {}, inputs)
    return seen


def _pairs(said: list[Properties], attrs: dict[str, Any]) -> list[tuple[Properties, dict[str, Any]]]:
    """Each declared pool, and the real pool with its subnet: Docker lists pools of IPv4 first.

    Other pools are paired in their order, so that a pool without a subnet has the subnet that Docker chose.
    """
    left: list[dict[str, Any]] = list((attrs.get("IPAM") or {}).get("Config") or ())
    by_subnet = {subnet(real.get("Subnet")): real for real in left}
    same = [by_subnet.get(subnet(one.get("subnet"))) for one in said]
    others = iter([real for real in left if real not in same])
    return [(one, next(others, {}) if real is None else real) for one, real in zip(said, same, strict=True)]


def subnet(text: str | None) -> Any:
    """A subnet or address that can be compared, however it is written; any other text stays as it is."""
    try:
        return ip_network(text, strict=False) if text else None
    except ValueError:
        return text


def _pool(said: Properties, real: dict[str, Any]) -> Properties:
    """The declared pool with its real values. An address that is only written in another way is kept."""
    differing = {key for key, word in _POOL.items() if key in said and subnet(said[key]) != subnet(real.get(word))}
    return {**said, **{key: real.get(_POOL[key]) for key in differing}}
