"""Sources of requests to an Ingress: hosts outside the cluster, nodes, and pods."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from config.net import Address
from config.router import Router
from config.stack import StackConfig
from effective.admission import Party, outside, pod
from probes.collector import Collector
from probes.observations import Observations
from probes.reachability import pods_of

# On a node, Cilium's socket load balancing connects directly to the listener of the node's own Envoy: from the
# loopback address, and at a port that no policy selects.
_LOOPBACK = ip_address("127.0.0.1")


@dataclass(frozen=True)
class Place:
    """A source of requests. `party`: the client at a port as policies see it. `run`: returns a shell command's output.

    `source`: the address that requests are bound to, if there is a choice. `run` raises EdgeError.
    """

    name: str
    where: str
    party: Callable[[int], Party]
    run: Callable[[str], str]
    source: IPv4Address | IPv6Address | None = None


def places(
    collector: Collector,
    observations: Observations,
    address: Address,
    routed: dict[str, list[IPv4Network | IPv6Network]],
) -> Iterator[Place]:
    """Every place from which an address must be reachable. `routed`: router -> its learned prefixes."""
    stack = collector.stack
    for host in (o for o in stack.outposts if o.name in collector.endpoints):
        if address in host.address.network:
            yield _host(collector, host.name, host.address.ip)
    for router in (r for r in stack.routers if r.name in collector.endpoints):
        learnt = any(address in prefix for prefix in routed.get(router.name, ()))
        for source in _sources(stack, router):
            if learnt or any(address in i.address.network for i in router.interfaces):
                yield _host(collector, router.name, source)
    for node in (n for n in stack.nodes if n.name in collector.endpoints):
        run = partial(_by_ssh, collector, node.name)
        yield Place(node.name, node.name, lambda _: outside(_LOOPBACK, None), run)
    for item in pods_of(collector, observations, serving=False):
        if item["spec"].get("nodeName"):
            labels, space = item["metadata"].get("labels") or {}, item["metadata"]["namespace"]
            yield Place(
                f"pod {item['metadata']['name']}",
                item["spec"]["nodeName"],
                partial(pod, labels, space),
                partial(collector.in_pod, item),
            )


def _host(collector: Collector, name: str, source: IPv4Address | IPv6Address) -> Place:
    return Place(f"{name} {source}", name, partial(outside, source), partial(_by_ssh, collector, name), source)


def _sources(stack: StackConfig, router: Router) -> Sequence[IPv4Address | IPv6Address]:
    """The addresses of a router on the nodes' links. The router's default choice depends on the next hop."""
    links = [link.address.network for node in stack.nodes for link in node.interfaces]
    return [i.address.ip for i in router.interfaces if not i.loopback and i.address.network in links]


def _by_ssh(collector: Collector, host: str, command: str) -> str:
    return collector.ssh.run(collector.endpoints[host], command, timeout=10).stdout
