"""The ports of a container that the engine's machine publishes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.values import Properties, plain

# Defaults of Docker's provider for Pulumi: every IPv4 address of the engine's machine, no IPv6 address.
_ANYWHERE = "0.0.0.0"  # noqa: S104
_PROTOCOL = "tcp"


def exposed(ports: Iterable[Properties]) -> list[tuple[int, str]]:
    """Port and protocol in the container."""
    return [(one["internal"], one.get("protocol") or _PROTOCOL) for one in ports]


def bindings(ports: Iterable[Properties]) -> dict[str, list[tuple[str, Any]]]:
    """Port and protocol in the container -> address and port of the engine's machine, of which there may be several.

    Docker chooses a port where none is declared.
    """
    found: dict[str, list[tuple[str, Any]]] = {}
    for one in ports:
        port = f"{one['internal']}/{one.get('protocol') or _PROTOCOL}"
        found.setdefault(port, []).append((one.get("ip") or _ANYWHERE, one.get("external")))
    return found


def published(ports: Iterable[Properties], attrs: dict[str, Any]) -> list[Properties]:
    """The real ports in the order of the container's ports, as Docker's provider for Pulumi reads the ports.

    A container that does not run publishes nothing: then the declared ports with their defaults.
    """
    real = (attrs.get("NetworkSettings") or {}).get("Ports") or {}
    found = []
    for port in sorted(real, key=lambda text: int(text.partition("/")[0])):
        internal, _, protocol = port.partition("/")
        for one in real[port] or ():
            ends = {"internal": int(internal), "external": int(one["HostPort"])}
            found.append({**ends, "ip": one["HostIp"], "protocol": protocol})
    return found or [{"ip": _ANYWHERE, "protocol": _PROTOCOL, **one} for one in ports]


def chosen(inputs: Properties) -> bool:
    """Whether Docker chooses a port. `inputs` may have secrets and unknown values."""
    ports = plain(inputs).get("ports")
    return isinstance(ports, list) and any(isinstance(one, dict) and not one.get("external") for one in ports)
