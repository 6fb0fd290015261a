"""The advertisements of a stack: the entries of a session, and the entries for a Service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.bgp import Advertisement, AdvertisementSet, PeerConfig
from config.net import Address
from config.stack import StackConfig
from config.workload import Service, service_labels


def carried(
    stack: StackConfig, peer_config: PeerConfig | None, version: int | None = None
) -> Iterator[AdvertisementSet]:
    """The advertisements that the families of a peer config select. `version`: only the family of that IP version."""
    if stack.bgp is None or peer_config is None:
        return
    for family in peer_config.families:
        if family.advertisements is None or (version is not None and family.afi != f"ipv{version}"):
            continue
        for item in stack.bgp.advertisements:
            if family.advertisements.matches(item.labels):
                yield item


def advertises_pod_cidr(stack: StackConfig, peer_config: PeerConfig | None, version: int | None = None) -> bool:
    """Whether sessions with a peer config advertise the node's PodCIDR. `version`: the PodCIDR of that IP version."""
    return any(
        entry.type == "PodCIDR" for item in carried(stack, peer_config, version) for entry in item.advertisements
    )


def carries(neighbor: Address, version: int) -> bool:
    """Whether a router's session with a neighbor carries an IP version: IPv6 is activated for IPv6 neighbors only."""
    return version == 4 or neighbor.version == version


def selecting(service: Service, sets: Iterable[AdvertisementSet]) -> Iterator[Advertisement]:
    """The entries that select a Service. An entry without a selector selects no Service."""
    labels = service_labels(service)
    for item in sets:
        for entry in item.advertisements:
            if entry.type == "Service" and entry.selector is not None and entry.selector.matches(labels):
                yield entry
