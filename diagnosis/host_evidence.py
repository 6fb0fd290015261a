"""Evidence for a root cause in the kernels of hosts: links, routes, neighbor entries, filters, duplicate addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_network

from config.net import Address
from config.node import Node
from config.router import Router
from config.stack import StackConfig
from diagnosis.entities import Hosts
from effective.return_routes import return_routes
from probes.host_filters import Drop, Network
from probes.host_state import HostState
from probes.verdict import Verdict

_NOWHERE = ("blackhole", "unreachable", "prohibit")
_BGP = 179
_KUBELET = 10250


def of_hosts(
    stack: StackConfig, verdict: Verdict, states: dict[str, HostState], filtered: dict[str, list[Drop]]
) -> Iterator[str]:
    """Evidence lines for a root; none if its hosts show nothing.

    `filtered`: host -> drops of its filters during the retry, which say more than old counters.
    """
    about = Hosts(stack).on_the_way(verdict)
    # Traffic between nodes passes the routers.
    asked = [
        (host, states[host.name])
        for host in _hosts(stack)
        if host.name in states and about and (host.name in about or isinstance(host, Router))
    ]

    def elsewhere(host: Router | Node) -> set[Address]:
        """The addresses of the other hosts that the root concerns."""
        others = (one for one in _hosts(stack) if one.name in about and one.name != host.name)
        return {one.address.ip for other in others for one in other.interfaces}

    # Causes that stop all packets come before causes that delay or lose some.
    questions: tuple[Callable[[Router | Node, HostState], Iterator[str]], ...] = (
        lambda host, state: _links(host, state, about, stack, states),
        lambda host, state: _owners(host, state, states),
        lambda host, state: _routes(host, state, elsewhere(host)),
        lambda host, state: _static_routes(host, state, stack),
        lambda host, state: _neighbors(host, state, elsewhere(host)),
        lambda host, state: _filters(host, filtered.get(host.name, []) if filtered else state.drops, stack, about),
        _queues,
        lambda host, state: _unresolved(host, state, elsewhere(host)),
    )
    for question in questions:
        for host, state in asked:
            yield from question(host, state)


def near(stack: StackConfig, hosts: set[str]) -> dict[str, list[str]]:
    """Router -> IPv4 addresses of the nodes on its links, which it resolves by ARP."""
    return {
        router.name: [
            str(node.address)
            for node in stack.nodes
            if node.name in hosts
            and node.address.version == 4
            and any(node.address in one.address.network for one in router.interfaces if not one.loopback)
        ][:4]
        for router in stack.managed_routers
    }


def _hosts(stack: StackConfig) -> list[Router | Node]:
    return [*stack.managed_routers, *stack.nodes]


def _links(
    host: Router | Node, state: HostState, about: set[str], stack: StackConfig, states: dict[str, HostState]
) -> Iterator[str]:
    for one in host.interfaces:
        link, network = state.links.get(one.name), one.address.network
        nodes = [node for node in stack.nodes if node.name in about]
        # A router's links to the nodes concerned; without such nodes, all of its links.
        leads = isinstance(host, Node) or not nodes or any(node.address in network for node in nodes)
        if getattr(one, "loopback", False) or not leads:
            continue
        if link is None:
            yield f"{one.name} of {host.name} is not there"
        elif not link.up:
            yield f"{one.name} of {host.name} is down"
        elif str(one.address) not in link.addresses:
            yield f"{one.name} of {host.name} has no {one.address}"
        else:
            larger = [
                (name, states[name].links[device].mtu)
                for name, device in _on(stack, network)
                if name in states and device in states[name].links and states[name].links[device].mtu > link.mtu
            ]
            if larger:
                name, mtu = larger[0]
                yield f"{one.name} of {host.name} has MTU {link.mtu}, {name} on the same link {mtu}"


def _on(stack: StackConfig, network: Network) -> list[tuple[str, str]]:
    """The hosts with an interface in a network, each with the interface's name."""
    return [(h.name, i.name) for h in _hosts(stack) for i in h.interfaces if i.address.network == network]


def _owners(host: Router | Node, state: HostState, states: dict[str, HostState]) -> Iterator[str]:
    """Two hosts that answer for one address."""
    owners = {link.hardware: name for name, other in states.items() for link in other.links.values()}
    for address, macs in state.answering.items():
        if len(macs) > 1:
            shown = ", ".join(f"{mac} ({owners[mac]})" if mac in owners else mac for mac in sorted(macs))
            yield f"two hosts answer ARP for {address} on a link of {host.name}: {shown}"


def _routes(host: Router | Node, state: HostState, addresses: set[Address]) -> Iterator[str]:
    """Routes that drop packets to an address of another host that the root concerns."""
    for route in state.routes:
        if route.kind in _NOWHERE and any(address in route.to for address in addresses):
            yield f"{host.name} has a {route.kind} route for {route.to}"
    for rule in state.rules:
        to = f"{rule['dst']}/{rule.get('dstlen', '')}".rstrip("/") if "dst" in rule else "0.0.0.0/0"
        if rule["action"] in _NOWHERE and any(address in ip_network(to, strict=False) for address in addresses):
            yield f"{host.name} has an ip rule with {rule['action']} to {to}: ip rule del priority {rule['priority']}"


def _static_routes(host: Router | Node, state: HostState, stack: StackConfig) -> Iterator[str]:
    """Required routes of a node that its kernel does not have or has via another gateway."""
    if not isinstance(host, Node):
        return
    wanted = [(route.to, route.via) for route in host.routes]
    wanted += [(route.to, route.via) for route in return_routes(stack) if route.node == host.name]
    for to, via in wanted:
        gateways = [route.gateways for route in state.routes if route.to == to]
        if not gateways:
            yield f"{host.name} has no route to {to}: ip route add {to} via {via}"
        elif not any(via in each for each in gateways):
            shown = ", ".join(str(one) for each in gateways for one in sorted(each, key=str)) or "a link"
            yield f"{host.name} reaches {to} over {shown}: ip route replace {to} via {via}"


def _queues(host: Router | Node, state: HostState) -> Iterator[str]:
    for queue in state.queues:
        if any(one.name == queue.link for one in host.interfaces):
            yield (
                f"{queue.link} of {host.name} has a queue of kind {queue.kind}, which dropped {queue.drops} packets:"
                f" tc qdisc del dev {queue.link} root"
            )


def _neighbors(host: Router | Node, state: HostState, addresses: set[Address]) -> Iterator[str]:
    """Permanent neighbor entries, which were added by hand."""
    written = set(map(str, addresses))
    for entry in state.neighbors:
        if entry.get("dst") in written and "PERMANENT" in (entry.get("state") or []):
            yield (
                f"{host.name} has a permanent neighbor entry for {entry['dst']} ({entry.get('lladdr', 'no address')}):"
                f" ip neigh del {entry['dst']} dev {entry.get('dev')}"
            )


def _unresolved(host: Router | Node, state: HostState, addresses: set[Address]) -> Iterator[str]:
    """Addresses on a link that answer no ARP or neighbor solicitation."""
    written = set(map(str, addresses))
    for entry in state.neighbors:
        if entry.get("dst") in written and {"FAILED", "INCOMPLETE"} & set(entry.get("state") or []):
            yield f"{entry['dst']} does not answer on {entry.get('dev')} of {host.name}, not even by ARP or ND"


def _filters(host: Router | Node, drops: list[Drop], stack: StackConfig, about: set[str]) -> Iterator[str]:
    concerned = _concerned(stack, about)
    ports = {_BGP, _KUBELET, *_served(stack)}
    # Rules for an address or port come before rules that match everything.
    for drop in sorted(drops, key=lambda one: not (one.source or one.destination or one.ports)):
        if _takes(drop, concerned, ports):
            where = drop.chain if drop.table == "filter" else f"{drop.table} {drop.chain}"
            what = "some of it" if drop.partial else "it"
            counted = "" if drop.packets is None else f", {drop.packets} packets"
            yield f"{host.name} drops {what}: {where}{counted} by {drop.by} {drop.text}"


def _concerned(stack: StackConfig, about: set[str]) -> list[Network]:
    """Networks of the hosts, Pods and Services that a root may concern."""
    addresses = [one.address.ip for host in _hosts(stack) if host.name in about for one in host.interfaces]
    pools = [prefix for pool in stack.pools for block in pool.blocks for prefix in block.prefixes]
    pods = [node.pod_cidr for node in stack.nodes if node.name in about and node.pod_cidr is not None]
    return [*(ip_network(address) for address in addresses), *pods, *pools]


def _served(stack: StackConfig) -> set[int]:
    ports = {workload.port for workload in stack.workloads if workload.port is not None}
    return ports | {service.first_tcp for service in stack.services if service.first_tcp is not None}


def _takes(drop: Drop, concerned: list[Network], ports: set[int]) -> bool:
    """Whether a rule matches packets of these addresses and ports."""
    if drop.ports and not drop.ports & ports:
        return False
    if drop.protocol not in (None, "all", "tcp", "icmp"):
        return False
    return all(
        end is None or any(end.version == one.version and end.overlaps(one) for one in concerned)
        for end in (drop.source, drop.destination)
    )
