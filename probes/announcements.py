"""The prefixes that a stack's advertisements announce in a session: PodCIDRs and Service addresses."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from config.bgp import Advertisement, PeerConfig
from config.net import Address, Prefix
from config.node import Node
from config.stack import StackConfig
from config.workload import BGP_CLASS, Service
from effective.announcements import carried, selecting
from probes.observations import Json
from probes.services import cluster_addresses, external_addresses, load_balancer_addresses


def interface_prefixes(stack: StackConfig, peer_config: PeerConfig | None, node: Node) -> Iterator[str]:
    """The announced addresses of a node's own interfaces."""
    for version in (4, 6):
        names = {entry.interface for item in carried(stack, peer_config, version) for entry in item.advertisements}
        for link in node.interfaces:
            if link.name in names and link.address.version == version:
                yield str(ip_network(link.address.ip))


def service_prefixes(
    stack: StackConfig, peer_config: PeerConfig | None, service: Service, found: Json | None
) -> set[str]:
    """The prefixes that sessions of a peer config announce for a Service, by its addresses in the API."""
    return {
        str(_announced(entry, service, address))
        for version in (4, 6)
        for entry in selecting(service, carried(stack, peer_config, version))
        for address in map(ip_address, announced_addresses(entry, service, found))
        if address.version == version
    }


def _announced(entry: Advertisement, service: Service, address: Address) -> Prefix:
    length: int = address.max_prefixlen
    # Cilium does not aggregate for policy Local: an aggregate would attract packets to nodes without a backend.
    aggregated = entry.aggregation(address.version)
    if aggregated is not None and service.external_traffic_policy == "Cluster":
        length = min(length, aggregated)
    return ip_network((address, length), strict=False)


def announced_addresses(entry: Advertisement, service: Service, found: Json | None) -> list[str]:
    """A Service's addresses of the kinds that an entry names. BGP ignores addresses of another class."""
    result: list[str] = []
    if "LoadBalancerIP" in entry.addresses and service.load_balancer_class in (None, BGP_CLASS):
        result += load_balancer_addresses(found)
    if "ClusterIP" in entry.addresses:
        result += cluster_addresses(found)
    if "ExternalIP" in entry.addresses:
        result += external_addresses(found)
    return result
