"""The Docker engine's own address in each subnet, which is the gateway that Docker gives to containers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any

from config.base import Model
from config.cluster import KindCluster
from config.stack import StackConfig
from config.whole import whole
from config.wires import wires

# The number of addresses in the smallest subnet of a Docker network.
FEWEST = 8
# Fields with next hops. The engine may be the next hop that no host is.
_HOPS = ("default_gateways", "via")


def engine_addresses(stack: StackConfig) -> dict[IPv4Network, IPv4Address | None]:
    """Subnet of a wire -> the engine's address in the subnet. None: hosts have all addresses.

    The address is the last one that nothing in the stack file uses, because people use the first ones. If pools and
    egressCIDRs leave none, the address is the last one that no host has. In a kind cluster, the first address is
    preferred: Docker gives kind's nodes the addresses after the gateway. In the only network of a stack, a next hop
    that nothing else in the file is means the engine, because the engine is the way to registries.
    """
    subnets = dict.fromkeys(one.address.network for one in wires(stack) if isinstance(one.address, IPv4Interface))
    subnets = {subnet: None for subnet in subnets if subnet.num_addresses >= FEWEST}
    everything = whole(stack).stack
    hops = set(_hops(everything))
    others = [_alone(address) for address in _addresses(everything)]
    if _learns_routers(everything):
        others += map(_alone, hops)
    ranges = [*others, *_ranges(everything)]
    free_hops = sorted(hop for hop in hops if not any(hop in one for one in ranges)) if len(subnets) == 1 else []
    used = [*ranges, *map(_alone, hops)]
    return {
        subnet: _preferred(stack, subnet, ranges, free_hops) or _last(subnet, used) or _last(subnet, others)
        for subnet in subnets
    }


def _preferred(
    stack: StackConfig, subnet: IPv4Network, used: list[IPv4Network], hops: list[IPv4Address]
) -> IPv4Address | None:
    first, last = subnet.network_address + 1, subnet.broadcast_address - 1
    cluster = stack.cluster
    if isinstance(cluster, KindCluster) and not cluster.create and subnet == cluster.subnet:
        return first
    engine = next((hop for hop in reversed(hops) if first <= hop <= last), None)
    if engine is None and isinstance(cluster, KindCluster) and not any(first in one for one in used):
        return first
    return engine


def _last(subnet: IPv4Network, used: Iterable[IPv4Network]) -> IPv4Address | None:
    """The last address of a subnet that no used prefix contains."""
    candidate = int(subnet.broadcast_address) - 1
    for prefix in sorted((one for one in used if one.overlaps(subnet)), key=_end, reverse=True):
        if _end(prefix) < candidate:
            break
        candidate = min(candidate, int(prefix.network_address) - 1)
    return IPv4Address(candidate) if candidate > int(subnet.network_address) else None


def _end(prefix: IPv4Network) -> int:
    return int(prefix.broadcast_address)


def _alone(address: IPv4Address) -> IPv4Network:
    return IPv4Network(int(address))


def _learns_routers(stack: StackConfig) -> bool:
    """Whether agents peer with their default gateway, which is then a router."""
    configs = stack.bgp.cluster_configs if stack.bgp else ()
    return any(peer.default_gateway for one in configs for instance in one.instances for peer in instance.peers)


def _ranges(stack: StackConfig) -> Iterator[IPv4Network]:
    """Prefixes whose addresses Cilium or the egress controller gives out."""
    pools = (prefix for pool in stack.pools for block in pool.blocks for prefix in block.prefixes)
    egress = (prefix for policy in stack.egress_policies for prefix in policy.egress_cidrs)
    for prefix in (*pools, *egress):
        if isinstance(prefix, IPv4Network):
            yield prefix


def _addresses(value: Any) -> Iterator[IPv4Address]:
    """Every IPv4 address in a part of the stack, except for next hops. A prefix of one address is an address."""
    if isinstance(value, IPv4Interface):
        yield value.ip
    elif isinstance(value, IPv4Address):
        yield value
    elif isinstance(value, IPv4Network):
        if value.num_addresses == 1:
            yield value.network_address
    else:
        for name, below in _parts(value):
            if name not in _HOPS:
                yield from _addresses(below)


def _hops(value: Any) -> Iterator[IPv4Address]:
    """Every next hop in a part of the stack."""
    for name, below in _parts(value):
        hops = below if isinstance(below, tuple) else (below,)
        yield from (hop for hop in hops if name in _HOPS and isinstance(hop, IPv4Address))
        yield from _hops(below)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Model):
        yield from ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, (tuple, list)):
        yield from (("", below) for below in value)
