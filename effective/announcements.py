"""What the advertisements of a stack select: the entries that a session carries, and those for a Service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.bgp import Advertisement, AdvertisementSet, PeerConfig
from config.stack import StackConfig
from config.workload import Service, service_labels


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


def selecting(service: Service, sets: Iterable[AdvertisementSet]) -> Iterator[Advertisement]:
    """The entries that select a Service; one without a selector selects none."""
    labels = service_labels(service)
    for item in sets:
        for entry in item.advertisements:
            if entry.type == "Service" and entry.selector is not None and entry.selector.matches(labels):
                yield entry
