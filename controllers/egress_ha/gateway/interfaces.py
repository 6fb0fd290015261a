"""Egress addresses on the interfaces of this host. Each has a lifetime, at whose end the kernel drops the address."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface

from config.errors import EdgeError
from config.net import Address

# The metric tells our addresses from those of others (a DHCP lease has a lifetime, too). A metric orders the routes of
# an address's prefix, and a single address brings no such route.
_OURS = 425442
_FOREVER = 2**32 - 1


class InterfaceError(EdgeError):
    """The kernel refused an address."""


@dataclass(frozen=True)
class InterfaceAddress:
    """An address on a link. `up`: whether the link is up. `left`: how many seconds the kernel keeps the address."""

    interface: IPv4Interface | IPv6Interface
    device: str
    up: bool
    ours: bool
    left: int


def entries() -> list[InterfaceAddress]:
    """All addresses of this host. Raises InterfaceError."""
    found = []
    for link in json.loads(ip("-json", "address", "show") or "[]"):
        flags = link.get("flags", ())
        up = "UP" in flags and "NO-CARRIER" not in flags and link["ifname"] != "lo"
        for entry in link["addr_info"]:
            where = ip_interface(f"{entry['local']}/{entry['prefixlen']}")
            left = entry.get("valid_life_time", _FOREVER)
            ours = entry.get("metric") == _OURS and where.network.prefixlen == where.max_prefixlen
            found.append(InterfaceAddress(where, link["ifname"], up, ours and left < _FOREVER, left))
    return found


def device_for(address: Address, near: Address, among: Iterable[InterfaceAddress] | None = None) -> str:
    """The interface whose link has the address, the InternalIP `near` first. Raises InterfaceError."""
    found = ""
    for entry in entries() if among is None else among:
        own = entry.interface
        if entry.up and address in own.network and own.network.prefixlen < own.max_prefixlen:
            if own.ip == near:
                return entry.device
            found = found or entry.device
    if not found:
        raise InterfaceError(f"{address} is on no link of this host")
    return found


def held(among: Iterable[InterfaceAddress] | None = None) -> dict[Address, str]:
    """Address -> interface, of the addresses that `hold` put on."""
    return {entry.interface.ip: entry.device for entry in (entries() if among is None else among) if entry.ours}


def hold(address: Address, device: str, seconds: int) -> None:
    """Put the address on, or prolong its lifetime. The kernel drops the address when its lifetime is over."""
    ip(*_hold(address, device, seconds))


def prolong(held: Mapping[Address, str], seconds: int) -> None:
    """Prolong all addresses at once. Raises InterfaceError when one fails; the others are prolonged all the same."""
    lines = "\n".join(" ".join(_hold(address, device, seconds)) for address, device in held.items())
    if lines:
        ip("-force", "-batch", "-", stdin=lines)


def drop(address: Address, device: str) -> None:
    """Take the address off."""
    ip("address", "del", f"{address}/{address.max_prefixlen}", "dev", device)


def _hold(address: Address, device: str, seconds: int) -> list[str]:
    return [
        "address",
        "replace",
        f"{address}/{address.max_prefixlen}",
        "dev",
        device,
        "metric",
        str(_OURS),
        "valid_lft",
        str(seconds),
        "preferred_lft",
        str(seconds),
        *(["nodad"] if address.version == 6 else []),
    ]


def ip(*words: str, stdin: str = "", strict: bool = True) -> str:
    """The output of iproute2. Raises InterfaceError when iproute2 fails and `strict` asks for all of the work."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False, input=stdin)
    if strict and done.returncode != 0:
        raise InterfaceError(f"ip {' '.join(words[:3])}: {done.stderr.strip()}")
    return done.stdout
