"""What the advertisements of a stack announce in a session: PodCIDRs, and the addresses of Services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address, ip_network

from config.bgp import Advertisement, AdvertisementSet, PeerConfig
from config.node import Node
from config.stack import StackConfig
from config.workload import BGP_CLASS, Service, service_labels
from probes.seen import Json
from probes.services import cluster_addresses, external_addresses, load_balancer_addresses


def carried(stack: StackConfig, peer_config: PeerConfig | None) -> Iterator[AdvertisementSet]:
    """The advertisements that the families of a peer config select."""
    if stack.bgp is None or peer_config is None:
        return
    for family in peer_config.families:
        if family.advertisements is None:
            continue
        for item in stack.bgp.advertisements:
            if family.advertisements.matches(item.labels):
                yield item


def advertises_pod_cidr(stack: StackConfig, peer_config: PeerConfig | None) -> bool:
    """Whether the node's PodCIDR is announced in sessions of a peer config."""
    return any(entry.type == "PodCIDR" for item in carried(stack, peer_config) for entry in item.advertisements)


def interface_prefixes(stack: StackConfig, peer_config: PeerConfig | None, node: Node) -> Iterator[str]:
    """The addresses of a node's own interfaces that are announced, IPv4 alone as the tables here."""
    names = {entry.interface for item in carried(stack, peer_config) for entry in item.advertisements}
    yield from (f"{link.address.ip}/32" for link in node.interfaces
                if link.name in names and link.address.version == 4)  # fmt: skip


def selecting(service: Service, sets: Iterable[AdvertisementSet]) -> Iterator[Advertisement]:
    """The entries that select a Service; one without a selector selects none."""
    labels = service_labels(service)
    for item in sets:
        for entry in item.advertisements:
            if entry.type == "Service" and entry.selector is not None and entry.selector.matches(labels):
                yield entry


def service_prefixes(
    stack: StackConfig, peer_config: PeerConfig | None, service: Service, found: Json | None
) -> set[str]:
    """The prefixes that sessions of a peer config announce for a Service, given the addresses that the API knows."""
    prefixes = set()
    for entry in selecting(service, carried(stack, peer_config)):
        for address in announced_addresses(entry, service, found):
            length: int = ip_address(address).max_prefixlen
            # An aggregate would draw packets to nodes without a backend: Cilium makes none for policy Local.
            aggregated = entry.aggregation(ip_address(address).version)
            if aggregated is not None and service.external_traffic_policy == "Cluster":
                length = min(length, aggregated)
            prefixes.add(str(ip_network((address, length), strict=False)))
    return prefixes


def announced_addresses(entry: Advertisement, service: Service, found: Json | None) -> list[str]:
    """A Service's addresses of the kinds that an entry names. BGP leaves another class's addresses alone."""
    result: list[str] = []
    if "LoadBalancerIP" in entry.addresses and service.load_balancer_class in (None, BGP_CLASS):
        result += load_balancer_addresses(found)
    if "ClusterIP" in entry.addresses:
        result += cluster_addresses(found)
    if "ExternalIP" in entry.addresses:
        result += external_addresses(found)
    return result
