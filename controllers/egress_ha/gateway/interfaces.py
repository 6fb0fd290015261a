"""Egress addresses on the interfaces of this host, with lifetimes that the kernel keeps by itself."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface

from config.errors import EdgeError
from config.net import Address

# The metric of our addresses, by which they are told from those of others (a DHCP lease has a lifetime, too).
# It orders routes of an address's link, and addresses without a link have none.
_OURS = 425442
_FOREVER = 2**32 - 1


class InterfaceError(EdgeError):
    """The kernel refused an address."""


@dataclass(frozen=True)
class Entry:
    """An address on a link. `up`: the link is. `left`: seconds that the kernel keeps it, rounded up."""

    interface: IPv4Interface | IPv6Interface
    device: str
    up: bool
    ours: bool
    left: int


def entries() -> list[Entry]:
    """All addresses of this host. Raises InterfaceError."""
    found = []
    for link in json.loads(ip("-json", "address", "show") or "[]"):
        flags = link.get("flags", ())
        up = "UP" in flags and "NO-CARRIER" not in flags and link["ifname"] != "lo"
        for entry in link["addr_info"]:
            where = ip_interface(f"{entry['local']}/{entry['prefixlen']}")
            left = entry.get("valid_life_time", _FOREVER)
            ours = entry.get("metric") == _OURS and where.network.prefixlen == where.max_prefixlen
            found.append(Entry(where, link["ifname"], up, ours and left < _FOREVER, left))
    return found


def device_for(address: Address, near: Address, among: Iterable[Entry] | None = None) -> str:
    """The interface whose link has the address: the InternalIP's, `near`, where that fits. Raises InterfaceError."""
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


def held(among: Iterable[Entry] | None = None) -> dict[Address, str]:
    """The addresses that were put on by `hold`. Address -> interface."""
    return {entry.interface.ip: entry.device for entry in (entries() if among is None else among) if entry.ours}


def hold(address: Address, device: str, seconds: int) -> None:
    """Put the address on, or prolong it; the kernel takes it off when that is not repeated in time."""
    ip(*_hold(address, device, seconds))


def prolong(held: Mapping[Address, str], seconds: int) -> None:
    """All of them at once. Raises InterfaceError when one of them could not be; the others are."""
    lines = "\n".join(" ".join(_hold(address, device, seconds)) for address, device in held.items())
    if lines:
        ip("-force", "-batch", "-", told=lines)


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


def ip(*words: str, told: str = "", strict: bool = True) -> str:
    """What iproute2 prints. Raises InterfaceError when it fails; not `strict`: what it got done is enough."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False, input=told)
    if strict and done.returncode != 0:
        raise InterfaceError(f"ip {' '.join(words[:3])}: {done.stderr.strip()}")
    return done.stdout
