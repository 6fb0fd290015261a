"""Egress addresses on the interfaces of this host. The kernel drops each address at the end of its lifetime."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface

from config.errors import EdgeError
from config.net import Address

# The metric marks our addresses (an address from DHCP has a lifetime, too). It has no other effect: a metric orders
# the routes of an address's prefix, and a single address has no such route.
_OURS = 425442
_FOREVER = 2**32 - 1


class InterfaceError(EdgeError):
    """The kernel refused an address."""


@dataclass(frozen=True)
class InterfaceAddress:
    """An address on a link. `up`: whether the link is up. `left`: seconds until the kernel drops the address."""

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
    """The interface for an address, preferably the one with the InternalIP `near`. Raises InterfaceError."""
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
    """Address -> interface, for the addresses that `hold` added."""
    return {entry.interface.ip: entry.device for entry in (entries() if among is None else among) if entry.ours}


def hold(address: Address, device: str, seconds: int) -> None:
    """Add the address, or prolong its lifetime. The kernel drops the address at the end of the lifetime."""
    ip(*_hold(address, device, seconds))


def prolong(held: Mapping[Address, str], seconds: int) -> None:
    """Prolong all addresses at once. Raises InterfaceError if one fails, after prolonging the others."""
    lines = "\n".join(" ".join(_hold(address, device, seconds)) for address, device in held.items())
    if lines:
        ip("-force", "-batch", "-", stdin=lines)


def drop(address: Address, device: str) -> None:
    """Remove the address."""
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
    """The output of iproute2. With `strict`, raises InterfaceError if iproute2 fails."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False, input=stdin)
    if strict and done.returncode != 0:
        raise InterfaceError(f"ip {' '.join(words[:3])}: {done.stderr.strip()}")
    return done.stdout
