"""Addresses and subnets that Docker cannot give to containers are one line each, with the path."""

from __future__ import annotations

import pytest

from tests.config.containers import EACH, Change, address, cluster, outpost, told, wire

DOCKERS = "expected an IPv4 address in a subnet of at least 8 addresses (a Docker network), got"
SUBNET = "cluster.subnet: expected an IPv4 prefix of at least 8 addresses such as 172.18.0.0/16 (a Docker network), got"


@EACH
def test_the_shipped_stacks_are_accepted(name: str) -> None:
    assert told(name) == []


@pytest.mark.parametrize("name", ["docker", "kind"])
@pytest.mark.parametrize("said", ["10.60.0.9/32", "10.60.0.1/31", "10.60.0.1/30", "fd00:10::5/64"])
def test_an_outpost_needs_a_network_of_docker(name: str, said: str) -> None:
    assert told(name, outpost(said)) == [f"outposts[0].address: {DOCKERS} {said}"]


@pytest.mark.parametrize(
    ("change", "path", "which"),
    [
        (wire("routers", 0, name="eth2", address="192.168.30.0/24"), "routers[0].interfaces[4]", "first"),
        (address("nodes", 1, "192.168.10.255/24"), "nodes[1].interfaces[0]", "last"),
        (outpost("192.168.30.7/29"), "outposts[0]", "last"),
    ],
)
def test_the_first_and_last_address_of_a_subnet_are_no_hosts(change: Change, path: str, which: str) -> None:
    [line] = told("docker", change)
    assert line.startswith(f"{path}.address: expected an address that is not the {which} one of 192.168.")


def test_a_host_has_one_wire_in_a_subnet() -> None:
    second = {"name": "eth1", "address": "192.168.10.151/24"}
    assert told("docker", wire("nodes", 1, **second)) == [
        "nodes[1].interfaces[1].address: expected a subnet of which the host has no other interface (or managed:"
        " secondary), got 192.168.10.151/24, the second one in 192.168.10.0/24"
    ]
    assert told("docker", wire("nodes", 1, **second, managed="secondary")) == []
    [line] = told("docker", wire("routers", 0, name="eth2", address="192.168.10.201/24"))
    assert line.startswith("routers[0].interfaces[4].address: expected a subnet of which the host has no other")


def test_a_subnet_has_an_address_for_the_engine() -> None:
    hosts = [{"name": f"c{i}", "address": f"192.168.30.{i}/29"} for i in range(1, 7)]
    assert told("docker", lambda d: d.update(outposts=hosts)) == [
        "outposts[5].address: expected a larger subnet (192.168.30.0/29 has no address left for the engine), got"
        " 192.168.30.6/29"
    ]
    assert told("docker", lambda d: d.update(outposts=hosts[1:])) == []


@pytest.mark.parametrize(
    ("change", "path", "ip"),
    [
        (address("routers", 0, "172.18.0.200/24"), "routers[0].interfaces[0]", "172.18.0.200"),
        (address("nodes", 1, "172.18.0.5/24"), "nodes[1].interfaces[0]", "172.18.0.5"),
        (outpost("172.18.0.150/32"), "outposts[0]", "172.18.0.150"),
    ],
)
def test_the_prefix_length_beside_kind_is_that_of_its_subnet(change: Change, path: str, ip: str) -> None:
    [line] = told("kind", change)
    assert line.startswith(f"{path}.address: expected {ip}/16, because cluster.subnet is 172.18.0.0/16, got {ip}/")


def test_the_bridge_of_an_existing_network_has_its_first_address() -> None:
    first = address("routers", 0, "172.18.0.1/16")
    assert told("kind", first) == []
    assert told("kind", first, cluster(create=False)) == [
        "routers[0].interfaces[0].address: expected an address that is not the first one of 172.18.0.0/16 (the engine"
        " has it), got 172.18.0.1/16"
    ]


@pytest.mark.parametrize("name", ["docker", "kind"])
def test_a_router_without_a_wire_is_refused(name: str) -> None:
    def loose(document: object) -> None:
        for one in document["routers"][0]["interfaces"]:  # type: ignore[index]
            one["loopback"] = True

    assert told(name, loose) == [
        "routers[0].interfaces: expected an interface on a network, got only interfaces without a network"
    ]


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("fc00:f853:ccd:e793::/64", f"{SUBNET} 'fc00:f853:ccd:e793::/64'"),
        ("172.18.0.0/30", f"{SUBNET} '172.18.0.0/30'"),
        (
            "172.18.0.5/16",
            "cluster.subnet: expected a prefix such as 172.20.0.0/16, without host bits, got '172.18.0.5/16'",
        ),
        (None, "cluster.subnet: expected a prefix such as 172.20.0.0/16, without host bits, got none"),
    ],
)
def test_a_bad_subnet_of_kind_is_one_line(said: str | None, line: str) -> None:
    assert told("kind", cluster(subnet=said)) == [line]


def test_a_subnet_of_kind_holds_every_host() -> None:
    hosts = [{"name": f"c{i}", "address": f"172.30.0.{i}/29"} for i in range(2, 4)]
    with_outposts: Change = lambda d: d.update(outposts=hosts, routers=[])  # noqa: E731
    assert told("kind", cluster(subnet="172.30.0.0/29"), with_outposts) == []
    hosts.append({"name": "c4", "address": "172.30.0.4/29"})
    assert told("kind", cluster(subnet="172.30.0.0/29"), with_outposts) == [
        "cluster.subnet: expected a prefix with 7 addresses for the hosts and the engine, got 172.30.0.0/29"
    ]
