"""Failed connections, and their packets as hosts and agents saw them. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from probes.host_filters import Drop
from probes.observations import Json

# tcpdump 4.99 on Linux prints the interface and the direction of each packet.
_LISTENS = "LINUX_SLL2"
_LINE = re.compile(
    r"^\S+ (?P<link>\S+)\s+(?P<way>In|Out)\s+IP6? (?P<source>\S+)\.(?P<source_port>\d+) >"
    r" (?P<to>\S+)\.(?P<port>\d+): Flags \[S[.A-Z]*\]",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Flow:
    """A client's TCP connection to an address. `client`: a Pod object or the name of a host.

    `start`: the client's host. `ends`: the hosts that may answer. `behind`: (address, port) of each Pod behind a
    Service's address -> the Pod's node.
    """

    client: Json | str
    start: str
    to: str
    port: int
    ends: frozenset[str]
    behind: dict[tuple[str, int], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Packet:
    """The first packet of a connection or its answer, captured on a link of a host."""

    host: str
    link: str
    incoming: bool
    source: tuple[str, int]
    to: tuple[str, int]


@dataclass(frozen=True)
class AgentDrop:
    """A packet that a node's agent dropped, and the agent's reason."""

    node: str
    source: str
    to: tuple[str, int]
    reason: str


@dataclass(frozen=True)
class Capture:
    """The packets during a retry of flows.

    `hosts`: the hosts that could capture. `filtered`: host -> drops of its filters in that time.
    """

    flows: tuple[Flow, ...] = ()
    hosts: frozenset[str] = frozenset()
    packets: tuple[Packet, ...] = ()
    drops: tuple[AgentDrop, ...] = ()
    filtered: dict[str, list[Drop]] = field(default_factory=dict)


def expression(flows: list[Flow]) -> str:
    """The tcpdump filter for the first packets of the flows and their answers, for IPv4 and IPv6."""
    ends = dict.fromkeys(end for flow in flows for end in [(flow.to, flow.port), *flow.behind])
    those = " or ".join(f"(host {address} and port {port})" for address, port in ends)
    # `tcp[tcpflags]` of tcpdump works for IPv4 only.
    return f"(tcp[tcpflags] & tcp-syn != 0 or (ip6 and ip6[6] = 6 and ip6[53] & 2 != 0)) and ({those})"


def captured(host: str, shown: str) -> list[Packet] | None:
    """Parse tcpdump's output of a host; None if tcpdump could not capture."""
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
    """Parse the output of `cilium-dbg monitor --type drop --json` on a node."""
    for line in shown.splitlines():
        try:
            event = json.loads(line)
            l3, l4 = event["summary"]["l3"], event["summary"]["l4"]
            yield AgentDrop(node, l3["src"], (l3["dst"], int(l4["dst"])), event["reason"])
        except (ValueError, KeyError, TypeError):
            # Log lines and packets other than TCP.
            continue
