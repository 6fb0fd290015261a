"""The next hop of this host to a destination, by the kernel's routing decision."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from controllers.egress_ha.gateway import interfaces

_UNKNOWN = IPv4Address(0)


@dataclass(frozen=True)
class NextHop:
    """The next hop to a destination. `device`: empty without a route. `via`: None if the destination is on the link.

    `source`: the host's own address on the link, used in ARP requests like the kernel's. `partly`: the host only has
    routes to parts of the destination.
    """

    device: str = ""
    via: IPv4Address | None = None
    source: IPv4Address = _UNKNOWN
    partly: bool = False

    def __str__(self) -> str:
        if not self.device:
            return "no route"
        return f"via {self.via} dev {self.device}" if self.via else f"dev {self.device}"


def next_hops(destinations: Collection[IPv4Network]) -> dict[IPv4Network, NextHop]:
    """The next hop to each destination, by the kernel's choice for the first address of the prefix."""
    first = {prefix: str(prefix[1] if prefix.num_addresses > 1 else prefix[0]) for prefix in destinations}
    lines = "".join(f"route get {address}\n" for address in set(first.values()))
    # A destination without a route causes an error and has no entry in the output.
    routes = {route["dst"]: route for route in _routes("-force", "-batch", "-", stdin=lines)}
    return {
        prefix: _parsed(routes[address]) if address in routes else NextHop(partly=_partly(prefix))
        for prefix, address in first.items()
    }


def _parsed(route: Mapping[str, str]) -> NextHop:
    via = route.get("gateway")
    source = IPv4Address(route.get("prefsrc", _UNKNOWN))
    return NextHop(route.get("dev", ""), IPv4Address(via) if via else None, source)


def _partly(prefix: IPv4Network) -> bool:
    return any(route.get("type", "unicast") == "unicast" for route in _routes("route", "show", "root", str(prefix)))


def _routes(*words: str, stdin: str = "") -> list[dict[str, str]]:
    """The routes that `ip` prints. Each answer is a line of JSON; a failed query has no line."""
    lines = interfaces.ip("-json", *words, stdin=stdin, strict=False).splitlines()
    return [route for line in lines if line.strip() for route in json.loads(line)]
