"""Docker numbers a container's interfaces by the networks' names; a name that means another link is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.config.containers import Change, address, changed, cluster, told, wire

ORDER = "by the order of the networks' names"


def test_a_node_with_two_networks_has_dockers_names() -> None:
    # As texts, 192.168.10.0-24 is before 192.168.9.0-24.
    second = wire("nodes", 1, name="eth1", address="192.168.9.101/24")
    assert told("docker", second) == []
    swapped = (address("nodes", 1, "192.168.9.101/24"), wire("nodes", 1, name="eth1", address="192.168.10.101/24"))
    lines = told("docker", *swapped)
    assert lines == [
        f"nodes[1].interfaces[0].name: expected eth1 (Docker's name for the interface in 192.168.9.0/24, {ORDER}),"
        " got eth0",
        f"nodes[1].interfaces[1].name: expected eth0 (Docker's name for the interface in 192.168.10.0/24, {ORDER}),"
        " got eth1",
    ]


def test_the_only_interface_of_a_node_is_eth0() -> None:
    assert told("docker", lambda d: d["nodes"][1]["interfaces"][0].update(name="ens3")) == [
        "nodes[1].interfaces[0].name: expected eth0 (Docker's name for a container's only interface), got ens3"
    ]


def test_a_second_wire_in_one_subnet_is_one_line() -> None:
    [line] = told("docker", wire("nodes", 1, name="eth0", address="192.168.10.151/24"))
    assert line.startswith("nodes[1].interfaces[1].address: expected a subnet of which the host has no other")


def test_a_second_wire_of_a_node_of_kind_is_one_line() -> None:
    [line] = told("kind", wire("nodes", 1, name="eth1", address="10.9.0.5/24"))
    assert line.startswith("nodes[1].interfaces: expected one interface without managed, eth0 ")


def swapped(document: Any) -> None:
    """The router's first two interfaces change their names."""
    first, second = document["routers"][0]["interfaces"][:2]
    first["name"], second["name"] = second["name"], first["name"]


def source(name: str) -> Change:
    return lambda d: d["routers"][0]["bgp"]["peerGroups"][0].update(updateSource=name)


def test_names_that_no_setting_has_do_not_matter_on_a_router() -> None:
    assert changed("docker", swapped).routers[0].interfaces[0].name == "eth1"
    assert told("docker", swapped, source("loop1")) == []
    assert told("docker", source("eth0")) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (source("eth1"), "bgp.peerGroups[0].updateSource"),
        (
            lambda d: d["routers"][0]["bgp"]["neighbors"][0].update(updateSource="eth1"),
            "bgp.neighbors[0].updateSource",
        ),
        (
            lambda d: d["routers"][0]["bgp"]["neighbors"].append({"interface": "eth1", "remoteAs": "external"}),
            "bgp.neighbors[4].interface",
        ),
        (
            lambda d: d["routers"][0].update(
                staticRoutes=[{"to": "192.0.2.0/24", "via": "192.168.10.100", "interface": "eth1"}]
            ),
            "staticRoutes[0].interface",
        ),
    ],
)
def test_a_setting_with_the_name_of_another_link_is_refused(change: Change, path: str) -> None:
    assert told("docker", change) == []
    assert told("docker", swapped, change) == [
        f"routers[0].{path}: expected eth0 (Docker's name for the interface in 192.168.10.0/24, {ORDER}), got eth1"
    ]


def test_a_router_beside_kind_is_judged_where_the_stack_makes_the_networks() -> None:
    upstream = wire("routers", 0, name="eth1", address="10.60.0.1/24")
    assert told("kind", upstream) == []
    [line] = told("kind", upstream, source("eth1"))
    assert line.startswith("routers[0].bgp.peerGroups[0].updateSource: expected eth0 ")
    assert told("kind", upstream, source("eth1"), cluster(create=False)) == []
