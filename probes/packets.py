"""Connections that do not come about, and the packets of them that hosts and agents saw. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from probes.host_filters import Drop
from probes.observations import Json

# tcpdump 4.99 on Linux says of each packet on which interface it was, and in which direction.
_LISTENS = "LINUX_SLL2"
_LINE = re.compile(
    r"^\S+ (?P<link>\S+)\s+(?P<way>In|Out)\s+IP6? (?P<source>\S+)\.(?P<source_port>\d+) >"
    r" (?P<to>\S+)\.(?P<port>\d+): Flags \[S[.A-Z]*\]",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Flow:
    """What a client asks, over TCP. `client`: a Pod as the API has it, or the name of a host.

    `start`: the client's host. `ends`: the hosts that may answer. `behind`: (address, port) of each Pod that a
    Service's address stands for -> its node.
    """

    client: Json | str
    start: str
    to: str
    port: int
    ends: frozenset[str]
    behind: dict[tuple[str, int], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Packet:
    """The first packet of a connection, or its answer, as a host saw it on one of its links."""

    host: str
    link: str
    incoming: bool
    source: tuple[str, int]
    to: tuple[str, int]


@dataclass(frozen=True)
class AgentDrop:
    """A packet that the agent of a node dropped, and the reason that it gives."""

    node: str
    source: str
    to: tuple[str, int]
    reason: str


@dataclass(frozen=True)
class Capture:
    """What was seen while flows were tried once more.

    `hosts`: those that captured at all. `filtered`: host -> what its filters dropped in that time.
    """

    flows: tuple[Flow, ...] = ()
    hosts: frozenset[str] = frozenset()
    packets: tuple[Packet, ...] = ()
    drops: tuple[AgentDrop, ...] = ()
    filtered: dict[str, list[Drop]] = field(default_factory=dict)


def expression(flows: list[Flow]) -> str:
    """The filter of tcpdump for the first packets of the flows and their answers, of both families."""
    ends = dict.fromkeys(end for flow in flows for end in [(flow.to, flow.port), *flow.behind])
    those = " or ".join(f"(host {address} and port {port})" for address, port in ends)
    # tcpdump finds the flags by itself in IPv4 only.
    return f"(tcp[tcpflags] & tcp-syn != 0 or (ip6 and ip6[6] = 6 and ip6[53] & 2 != 0)) and ({those})"


def captured(host: str, shown: str) -> list[Packet] | None:
    """What tcpdump said on a host; None where it captured nothing because it could not."""
    if _LISTENS not in shown:
        return None
    return [
        Packet(
            host,
            found["link"],
            found["way"] == "In",
            (found["source"], int(found["source_port"])),
            (found["to"], int(found["port"])),
        )
        for found in _LINE.finditer(shown)
    ]


def dropped(node: str, shown: str) -> Iterator[AgentDrop]:
    """What `cilium-dbg monitor --type drop --json` said on a node."""
    for line in shown.splitlines():
        try:
            told = json.loads(line)
            l3, l4 = told["summary"]["l3"], told["summary"]["l4"]
            yield AgentDrop(node, l3["src"], (l3["dst"], int(l4["dst"])), told["reason"])
        except (ValueError, KeyError, TypeError):
            # Lines of its log, and packets that are no TCP.
            continue
