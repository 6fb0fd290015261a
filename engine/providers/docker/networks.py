"""docker:index/network:Network."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from config.errors import DockerError
from engine.providers.base import Context
from engine.providers.docker import network_state
from engine.providers.docker.kinds import REPLACED, labels, mark, taken
from engine.values import Properties
from transport.docker import failures


class Networks:
    """A network cannot change in place: every change replaces the network."""

    in_place: frozenset[str] = frozenset()

    def computed(self, inputs: Properties) -> tuple[str, ...]:
        return ("id", "scope")

    def create(self, docker: Any, inputs: Properties, context: Context) -> tuple[str, Properties]:
        from docker.types import IPAMConfig, IPAMPool

        name = str(inputs["name"])
        found = _named(docker, name)
        if found is not None:
            if not network_state.made_for(inputs, found):
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
                    driver=inputs.get("driver") or network_state.DRIVER,
                    options=inputs.get("options"),
                    ipam=IPAMConfig(
                        driver=inputs.get("ipamDriver") or network_state.IPAM_DRIVER,
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
        if found is None or (not id and not network_state.made_for(inputs, found)):
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

    def read(
        self, docker: Any, id: str, inputs: Properties, outputs: Properties
    ) -> tuple[Properties, Properties] | None:
        found = get(docker, id) or _named(docker, str(inputs["name"]))
        if found is None:
            return None
        seen = network_state.observed(inputs, found)
        if found.id != id:
            seen[REPLACED] = True
        return seen, _outputs(inputs, found)


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
    said = [network_state.subnet(one.get("subnet")) for one in inputs.get("ipamConfigs") or ()]
    # Docker's error is about the text that is no subnet.
    wanted = [one for one in said if isinstance(one, (IPv4Network, IPv6Network))]
    with failures("networks"):
        for network in docker.networks.list():
            for pool in (network.attrs.get("IPAM") or {}).get("Config") or ():
                subnet = ip_network(pool["Subnet"], strict=False) if pool.get("Subnet") else None
                if any(subnet is not None and one.version == subnet.version and one.overlaps(subnet) for one in wanted):
                    return f" (network {network.name} has {subnet})"
    return ""
