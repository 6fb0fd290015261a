"""docker:index/network:Network."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from config.errors import DockerError
from engine.providers.base import Context
from engine.providers.docker.kinds import MARK, REPLACED, digest, labels, mark, own_labels, taken
from engine.values import Properties
from transport.docker import failures

_PLAIN = {"driver": "Driver", "internal": "Internal", "attachable": "Attachable", "ipv6": "EnableIPv6"}
_POOL = {"subnet": "Subnet", "ipRange": "IPRange", "gateway": "Gateway"}


class Networks:
    """A network cannot change in place: every change replaces the network."""

    in_place: frozenset[str] = frozenset()
    computed = ("id", "scope")

    def create(self, docker: Any, inputs: Properties, context: Context) -> tuple[str, Properties]:
        from docker.types import IPAMConfig, IPAMPool

        name = str(inputs["name"])
        found = _named(docker, name)
        if found is not None:
            if not _made_for(inputs, found):
                raise taken(f"network {name}", f"docker network rm {name}")
            return str(found.id), _outputs(inputs, found)
        pools = [
            IPAMPool(
                subnet=one.get("subnet"),
                iprange=one.get("ipRange"),
                gateway=one.get("gateway"),
                aux_addresses=one.get("auxAddress"),
            )
            for one in inputs.get("ipamConfigs") or ()
        ]
        try:
            with failures(f"network {name}"):
                made = docker.networks.create(
                    name,
                    driver=inputs.get("driver") or "bridge",
                    options=inputs.get("options"),
                    ipam=IPAMConfig(
                        driver=inputs.get("ipamDriver") or "default",
                        pool_configs=pools,
                        options=inputs.get("ipamOptions"),
                    ),
                    check_duplicate=True,
                    internal=bool(inputs.get("internal")),
                    labels=labels(inputs) or mark(inputs),
                    enable_ipv6=bool(inputs.get("ipv6")),
                    attachable=inputs.get("attachable"),
                )
                made.reload()
        except DockerError as error:
            raise DockerError(f"{error}{_who_overlaps(docker, inputs)}", error.status) from None
        return str(made.id), _outputs(inputs, made)

    def update(self, docker: Any, id: str, before: Properties, inputs: Properties, context: Context) -> Properties:
        found = get(docker, id)
        if found is None:
            raise DockerError(f"network {inputs['name']}: does not exist any more; run edge refresh, and try again")
        return _outputs(inputs, found)

    def delete(self, docker: Any, id: str, inputs: Properties, context: Context) -> None:
        found = get(docker, id) if id and not inputs.get(REPLACED) else _named(docker, str(inputs["name"]))
        if found is None or (not id and not _made_for(inputs, found)):
            return
        with failures(f"network {inputs['name']}"):
            found.reload()
            guests = sorted(one["Name"] for one in (found.attrs.get("Containers") or {}).values())
            if guests:
                raise DockerError(
                    f"network {inputs['name']}: containers are connected ({', '.join(guests)});"
                    f" disconnect each: docker network disconnect {inputs['name']} {guests[0]}"
                )
            found.remove()

    def read(self, docker: Any, id: str, inputs: Properties) -> tuple[Properties, Properties] | None:
        found = get(docker, id) or _named(docker, str(inputs["name"]))
        if found is None:
            return None
        seen = _observed(inputs, found)
        if found.id != id:
            seen[REPLACED] = True
        return seen, _outputs(inputs, found)


def _made_for(inputs: Properties, found: Any) -> bool:
    """Whether an interrupted create made the network: it has the mark, or it has the declared labels and settings."""
    return (found.attrs.get("Labels") or {}).get(MARK) == digest(inputs) or (
        bool(labels(inputs)) and _observed(inputs, found) == inputs
    )


def _observed(inputs: Properties, found: Any) -> Properties:
    """The inputs with the network's real values."""
    seen: Properties = {**inputs, **{key: found.attrs[word] for key, word in _PLAIN.items() if key in inputs}}
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
    by_subnet = {_subnet(real.get("Subnet")): real for real in left}
    same = [by_subnet.get(_subnet(one.get("subnet"))) for one in said]
    others = iter([real for real in left if real not in same])
    return [(one, next(others, {}) if real is None else real) for one, real in zip(said, same, strict=True)]


def _subnet(text: str | None) -> Any:
    """A subnet or address that can be compared, however it is written; any other text stays as it is."""
    try:
        return ip_network(text, strict=False) if text else None
    except ValueError:
        return text


def _pool(said: Properties, real: dict[str, Any]) -> Properties:
    """The declared pool with its real values. An address that is only written in another way is kept."""
    differing = {key for key, word in _POOL.items() if key in said and _subnet(said[key]) != _subnet(real.get(word))}
    return {**said, **{key: real.get(_POOL[key]) for key in differing}}


def _outputs(inputs: Properties, found: Any) -> Properties:
    return {**inputs, "id": found.id, "scope": found.attrs.get("Scope", "local")}


def get(docker: Any, id: str) -> Any:
    from docker.errors import NotFound

    with failures("networks"):
        try:
            return docker.networks.get(id)
        except NotFound:
            return None


def _named(docker: Any, name: str) -> Any:
    with failures("networks"):
        # Docker's filter also matches parts of names.
        found = next((one for one in docker.networks.list(names=[name]) if one.name == name), None)
        if found is not None:
            found.reload()
        return found


def _who_overlaps(docker: Any, inputs: Properties) -> str:
    """The network that overlaps a refused subnet, as the end of a message; Docker's error does not name the network."""
    wanted = [ip_network(one["subnet"], strict=False) for one in inputs.get("ipamConfigs") or () if one.get("subnet")]
    with failures("networks"):
        for network in docker.networks.list():
            for pool in (network.attrs.get("IPAM") or {}).get("Config") or ():
                subnet = ip_network(pool["Subnet"], strict=False) if pool.get("Subnet") else None
                if any(subnet is not None and one.version == subnet.version and one.overlaps(subnet) for one in wanted):
                    return f" (network {network.name} has {subnet})"
    return ""
