"""The state of a host's kernel: links, routes, neighbors, and filters that dropped packets. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from probes.host_filters import Drop, Network, drops

MARK = "=-=-="
# Defaults of the kernel, of distributions and of Cilium's bandwidth manager.
_USUAL_QUEUES = ("noqueue", "noop", "mq", "pfifo_fast", "fq", "fq_codel", "cake")


@dataclass(frozen=True)
class Link:
    """A network interface. `hardware`: its MAC address."""

    up: bool
    mtu: int
    hardware: str
    addresses: frozenset[str]


@dataclass(frozen=True)
class KernelRoute:
    """A kernel route. `kind`: unicast, blackhole and the like. `gateways`: empty for a link's own prefix."""

    to: Network
    kind: str
    gateways: frozenset[IPv4Address | IPv6Address]


@dataclass(frozen=True)
class Queue:
    """A queueing discipline at the root of a link that is no default."""

    link: str
    kind: str
    drops: int


@dataclass(frozen=True)
class HostState:
    """State of a host's kernel. `answering`: address on a link -> the MAC addresses that answer for it.

    `rules`: policy routing rules that drop packets, in the format of iproute2.
    """

    links: dict[str, Link] = field(default_factory=dict)
    routes: list[KernelRoute] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    neighbors: list[dict[str, Any]] = field(default_factory=list)
    queues: list[Queue] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    answering: dict[str, set[str]] = field(default_factory=dict)


def read(text: str) -> HostState:
    """Parse the answer of a host. Raises ValueError, KeyError or TypeError if it is malformed."""
    links, routes, routes6, rules, neighbors, queues, filters, arp = text.split(MARK)
    # The first ARP answers may precede the rest of the output.
    early, bracket, links = links.partition("[")
    answering: dict[str, set[str]] = {}
    for address, mac in re.findall(r"^(\S+) ((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})$", early + arp, re.MULTILINE):
        answering.setdefault(address, set()).add(mac.lower())
    return HostState(
        {each["ifname"]: _link(each) for each in json.loads(bracket + links) if "ifname" in each},
        [*_routes(routes, "0.0.0.0/0"), *_routes(routes6, "::/0")],
        [each for each in _json(rules) if "action" in each],
        _json(neighbors),
        list(_queues(queues)),
        list(drops(filters)),
        answering,
    )


def _link(each: dict[str, Any]) -> Link:
    return Link(
        "UP" in each["flags"] and each.get("operstate") != "DOWN",
        int(each["mtu"]),
        str(each.get("address", "")).lower(),
        frozenset(f"{one['local']}/{one['prefixlen']}" for one in each.get("addr_info", []) if "local" in one),
    )


def _routes(text: str, everywhere: str) -> Iterator[KernelRoute]:
    """Routes of one address family. `everywhere`: the prefix of the family's default route."""
    for each in _json(text):
        hops = [each, *each.get("nexthops", [])]
        yield KernelRoute(
            ip_network(everywhere if each["dst"] == "default" else each["dst"], strict=False),
            each.get("type", "unicast"),
            frozenset(ip_address(hop["gateway"]) for hop in hops if "gateway" in hop),
        )


def _queues(text: str) -> Iterator[Queue]:
    for each in _json(text):
        if each.get("root") and each["kind"] not in _USUAL_QUEUES:
            yield Queue(each.get("dev", ""), each["kind"], int(each.get("drops", 0)))


def _json(text: str) -> list[dict[str, Any]]:
    """A list in iproute2's JSON; empty output is an empty list."""
    found: list[dict[str, Any]] = json.loads(text.strip() or "[]")
    return found
