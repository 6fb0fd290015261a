"""Addresses and subnets that Docker can give to containers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Interface
from itertools import islice

from config.cluster import Cluster, KindCluster
from config.engine_address import FEWEST, engine_addresses
from config.errors import Problem
from config.stack import StackConfig
from config.wires import Wire, wires

_DOCKERS = "an IPv4 address in a subnet of at least 8 addresses (a Docker network)"


def unfit_networks(stack: StackConfig) -> Iterator[Problem]:
    """Addresses that Docker refuses, and wires that Docker does not make."""
    every, cluster = wires(stack), stack.cluster
    if isinstance(cluster, KindCluster):
        small = list(_too_small(every, cluster))
        yield from small
        # Nodes that do not fit into the subnet have addresses elsewhere.
        every = [one for one in every if not small or not one.host.startswith("nodes")]
        # A node with several wires is another problem.
        wires_of = Counter(one.host for one in every)
        every = [one for one in every if wires_of[one.host] == 1 or not one.host.startswith("nodes")]
    wrong = [problem for one in every for problem in islice(_address(one, cluster), 1)]
    yield from wrong
    yield from _twice_on_one_network(every)
    if not wrong:
        yield from _full(stack, every)


def _too_small(every: list[Wire], cluster: KindCluster) -> Iterator[Problem]:
    there = [one for one in every if one.host.startswith("nodes") or one.address.ip in cluster.subnet]
    needed = len(there) + 1
    if needed > cluster.subnet.num_addresses - 2:
        expected = f"a prefix with {needed} addresses for the hosts and the engine"
        yield Problem("cluster.subnet", expected, str(cluster.subnet))


def _address(one: Wire, cluster: Cluster) -> Iterator[Problem]:
    """What is wrong with an address, the most helpful problem first."""
    if isinstance(cluster, KindCluster):
        yield from _beside_kind(one, cluster)
    address, network = one.address, one.address.network
    if not isinstance(address, IPv4Interface) or network.num_addresses < FEWEST:
        yield Problem(one.path, _DOCKERS, str(address))
    elif address.ip in (network.network_address, network.broadcast_address):
        which = "first" if address.ip == network.network_address else "last"
        yield Problem(
            one.path, f"an address that is not the {which} one of {network} (no host can have it)", str(address)
        )


def _beside_kind(one: Wire, cluster: KindCluster) -> Iterator[Problem]:
    subnet, ip = cluster.subnet, one.address.ip
    if ip not in subnet:
        if one.host.startswith("nodes"):
            yield Problem(one.path, f"an address of cluster.subnet {subnet}", str(ip))
        return
    if one.host.startswith("outposts") and not cluster.create:
        outside = "an address outside cluster.subnet (Docker fixes no address in the network of an existing cluster)"
        yield Problem(one.path, outside, str(one.address))
    if one.address.network != subnet:
        yield Problem(one.path, f"{ip}/{subnet.prefixlen}, because cluster.subnet is {subnet}", str(one.address))
    if ip == subnet.network_address + 1 and not cluster.create:
        engine = f"an address that is not the first one of {subnet} (the engine has it)"
        yield Problem(one.path, engine, str(one.address))


def _twice_on_one_network(every: list[Wire]) -> Iterator[Problem]:
    """A container has one wire on a network. Docker ignores a second one."""
    seen = Counter[tuple[str, object]]()
    for one in every:
        where = (one.host, one.address.network)
        seen[where] += 1
        if seen[where] > 1:
            instead = " (or managed: secondary)" if one.host.startswith("nodes") else ""
            yield Problem(
                one.path,
                f"a subnet of which the host has no other interface{instead}",
                f"{one.address}, the second one in {one.address.network}",
            )


def _full(stack: StackConfig, every: list[Wire]) -> Iterator[Problem]:
    for subnet, engine in engine_addresses(stack).items():
        if engine is None:
            last = [one for one in every if one.address.network == subnet][-1]
            yield Problem(
                last.path, f"a larger subnet ({subnet} has no address left for the engine)", str(last.address)
            )
