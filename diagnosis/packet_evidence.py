"""The place where packets end, from captures on hosts: a host that does not forward them, or a link."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

from config.stack import StackConfig
from probes.packets import Capture, Flow, Packet

_MOST = 3
# Cilium's devices for encapsulated packets between nodes.
_TUNNELS = ("cilium_vxlan", "cilium_geneve", "cilium_wg0")

# (Host, interface) -> its link: a prefix, or the name of the tunnel between nodes.
_Wires = dict[tuple[str, str], IPv4Network | IPv6Network | str]


@dataclass(frozen=True)
class _Way:
    """Packets of one kind on their way to some hosts. `what`: description of the packets."""

    what: str
    ends: frozenset[str]
    packets: list[Packet]


@dataclass(frozen=True)
class _Lost:
    """A place where packets end, with the same text for all flows, and the packet counts of this flow."""

    place: str
    counted: str


def of_packets(stack: StackConfig, flow: Flow, capture: Capture) -> Iterator[str]:
    """The places where packets of the flow end, then the counts there.

    Nothing if all packets arrive or none were captured. The flow must be one of the retried flows.
    """
    found = list(_places(stack, flow, capture))
    yield from dict.fromkeys(one.place for one in found)
    yield from (one.counted for one in found)


def _places(stack: StackConfig, flow: Flow, capture: Capture) -> Iterator[_Lost]:
    links = _links(stack, capture)
    packets = [one for one in capture.packets if (one.host, one.link) in links]
    shown = f"{flow.to}:{flow.port}"
    asked, answers = _to(packets, flow.to, flow.port), _from(packets, flow.to, flow.port)
    there = _Way(f"packets to {shown}", flow.ends, asked)
    back = _Way(f"answers of {shown}", frozenset({flow.start}), answers)
    if flow.start in capture.hosts - flow.ends and not _leaving(asked, {flow.start}):
        yield _Lost(
            f"packets end in {flow.start}: none leaves it", f"captured: none of the {there.what} leaves {flow.start}"
        )
        return
    lines = [*_lost(links, capture.hosts, there)]
    for (address, port), node in () if lines else flow.behind.items():
        lines += _behind(links, capture.hosts, packets, address, port, node)
    if not lines and len(_leaving(answers, flow.ends)) < len(_arriving(asked, flow.ends)):
        lines += [line for end in sorted(flow.ends) for line in _unanswered(there, answers, end)]
    if not flow.ends & capture.hosts:
        lines = lines or [*_sent_out(links, flow, asked, answers)]
    yield from lines or _lost(links, capture.hosts, back)


def _sent_out(links: _Wires, flow: Flow, asked: list[Packet], answers: list[Packet]) -> Iterator[_Lost]:
    """Packets to an end that cannot capture and does not answer them."""
    address = ip_address(flow.to)
    own = {wire for wire, network in links.items() if not isinstance(network, str) and address in network}
    near = [one for one in asked if not one.incoming and (one.host, one.link) in own]
    if near and not answers:
        senders = ", ".join(sorted({f"{one.host} over {one.link}" for one in near}))
        yield _Lost(
            f"{flow.to} does not answer packets that are sent to it on its own link",
            f"captured: {_counted(len(near), f'packets to {flow.to}:{flow.port}')} leave {senders}, no answer comes",
        )


def of_agents(flow: Flow, capture: Capture) -> Iterator[str]:
    """A line for each reason why an agent drops packets or answers of the flow."""
    ends = {(flow.to, flow.port), *flow.behind}
    addresses = {address for address, _ in ends}
    found: dict[tuple[str, str, str, str], None] = {}
    for drop in capture.drops:
        if drop.to in ends or (drop.source in addresses and drop.to not in ends):
            found[drop.node, drop.source, f"{drop.to[0]}:{drop.to[1]}", drop.reason] = None
    shown = [f"the agent on {node} drops {source} -> {to}: {reason}" for node, source, to, reason in found]
    # Each answer goes to a different port, so there may be many lines.
    yield from shown[:_MOST]


def _behind(
    links: _Wires,
    hosts: frozenset[str],
    packets: list[Packet],
    address: str,
    port: int,
    node: str,
) -> Iterator[_Lost]:
    """Losses of packets that nodes forward to a Pod behind the flow's address."""
    asked, answers = _to(packets, address, port), _from(packets, address, port)
    there = _Way(f"packets to {address}:{port}", frozenset({node}), asked)
    # Hosts that sent packets to the Pod but received none: they translated the address.
    senders = frozenset(one.host for one in asked if not one.incoming) - {one.host for one in asked if one.incoming}
    back = _Way(f"answers of {address}:{port}", senders, answers)
    yield from [*_lost(links, hosts, there)] or [*_unanswered(there, answers, node)] or _lost(links, hosts, back)


def _links(stack: StackConfig, capture: Capture) -> _Wires:
    """The interfaces of the stack's hosts.

    The stack knows the address of an outpost, but not the name of its interface.
    """
    hosts = [*((one.name, one.interfaces) for one in stack.routers), *((n.name, n.interfaces) for n in stack.nodes)]
    found: _Wires = {
        (name, link.name): link.address.network
        for name, interfaces in hosts
        for link in interfaces
        if not getattr(link, "loopback", False)
    }
    outposts = {one.name: one.address.network for one in stack.outposts}
    found |= {(one.host, one.link): outposts[one.host] for one in capture.packets if one.host in outposts}
    return found | {(node.name, tunnel): tunnel for node in stack.nodes for tunnel in _TUNNELS}


def _to(packets: list[Packet], address: str, port: int) -> list[Packet]:
    return [one for one in packets if one.to == (address, port)]


def _from(packets: list[Packet], address: str, port: int) -> list[Packet]:
    return [one for one in packets if one.source == (address, port)]


def _lost(links: _Wires, hosts: frozenset[str], way: _Way) -> Iterator[_Lost]:
    """Hosts that receive more packets than they forward, and links that deliver fewer packets than were sent."""
    for host in sorted(hosts - way.ends):
        came, left = _arriving(way.packets, {host}), _leaving(way.packets, {host})
        if len(left) < len(came):
            over = ", ".join(sorted({one.link for one in came}))
            some = "some " if left else ""
            yield _Lost(
                f"{some}packets end in {host}: it takes them in and does not send them on",
                f"captured: {host} takes {_counted(len(came), way.what)} in over {over}"
                f" and sends {len(left) or 'none'} on",
            )
    yield from _lost_on_links(links, hosts, way)


def _lost_on_links(links: _Wires, hosts: frozenset[str], way: _Way) -> Iterator[_Lost]:
    for network in dict.fromkeys(links[one.host, one.link] for one in way.packets):
        on_it = [one for one in way.packets if links[one.host, one.link] == network]
        sent, came = ([one for one in on_it if one.incoming is way_in] for way_in in (False, True))
        others = {host for (host, link), other in links.items() if other == network} - {one.host for one in sent}
        # A host without a capture may have received the packets.
        if sent and len(came) < len(sent) and others and others <= hosts:
            senders = ", ".join(sorted({f"{one.host} over {one.link}" for one in sent}))
            receivers = ", ".join(sorted(others))
            some = "some " if came else ""
            yield _Lost(
                f"{some}packets are lost on the link from {senders} to {receivers}",
                f"captured: {_counted(len(sent), way.what)} leave {senders}, {len(came) or 'none'} arrive"
                f" at {receivers}",
            )


def _unanswered(way: _Way, answers: list[Packet], end: str) -> Iterator[_Lost]:
    came = _arriving(way.packets, {end})
    if came and not _leaving(answers, {end}):
        over = ", ".join(sorted({one.link for one in came}))
        yield _Lost(
            f"packets end in {end}: it takes them in and answers none",
            f"captured: {_counted(len(came), way.what)} arrive at {end} over {over}, no answer leaves {end}",
        )


def _arriving(packets: list[Packet], hosts: Set[str]) -> list[Packet]:
    return [one for one in packets if one.host in hosts and one.incoming]


def _leaving(packets: list[Packet], hosts: Set[str]) -> list[Packet]:
    return [one for one in packets if one.host in hosts and not one.incoming]


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number > 1 else f"1 of the {what}"
