"""Egress addresses on the interfaces of this host, with lifetimes that the kernel keeps by itself."""

from __future__ import annotations

import json
import subprocess
from ipaddress import ip_interface
from typing import Any

from config.errors import EdgeError
from config.net import Address


class InterfaceError(EdgeError):
    """The kernel refused an address."""


def device_for(address: Address, near: Address) -> str:
    """The interface whose link has the address: the InternalIP's, `near`, where that fits. Raises InterfaceError."""
    found = ""
    for link in _show():
        if link["ifname"] == "lo" or "NO-CARRIER" in link.get("flags", ()):
            continue
        for entry in link["addr_info"]:
            own = ip_interface(f"{entry['local']}/{entry['prefixlen']}")
            if address in own.network and own.network.prefixlen < own.max_prefixlen:
                if own.ip == near:
                    return str(link["ifname"])
                found = found or str(link["ifname"])
    if not found:
        raise InterfaceError(f"{address} is on no link of this host")
    return found


def held() -> dict[Address, str]:
    """The addresses that were put on by `hold`: those with a lifetime. Address -> interface."""
    return {
        ip_interface(entry["local"]).ip: link["ifname"]
        for link in _show()
        for entry in link["addr_info"]
        if entry.get("prefixlen") in (32, 128) and entry.get("valid_life_time", 0) < 2**32 - 1
    }


def hold(address: Address, device: str, seconds: int) -> None:
    """Put the address on, or prolong it; the kernel takes it off when that is not repeated in time."""
    plain = address.max_prefixlen
    _ip("address", "replace", f"{address}/{plain}", "dev", device, "valid_lft", str(seconds),
        "preferred_lft", str(seconds), *(["nodad"] if address.version == 6 else []))  # fmt: skip


def drop(address: Address, device: str) -> None:
    """Take the address off."""
    _ip("address", "del", f"{address}/{address.max_prefixlen}", "dev", device)


def _show() -> list[Any]:
    return list(json.loads(_ip("-json", "address", "show") or "[]"))


def _ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise InterfaceError(f"ip {' '.join(words[:3])}: {done.stderr.strip()}")
    return done.stdout
