"""From a stack to the hosts, addresses and segments of its lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from config.errors import LabError
from lab.topology import Topology, topology
from tests.config.dev_stack import dev_stack

Document = dict[str, Any]


def lab(change: Callable[[Document], object] | None = None) -> Topology:
    return topology(dev_stack(change))


def segments(host: str, of: Topology) -> dict[str, str | None]:
    return {nic.name: nic.segment for nic in of.host(host).nics}


def test_the_hosts_are_management_then_routers_then_nodes() -> None:
    assert [(host.name, host.role) for host in lab().hosts] == [
        ("mgmt", "management"),
        ("cilium-r", "router"),
        ("cilium-ctr", "control-plane"),
        ("cilium-w1", "worker"),
        ("cilium-w2", "worker"),
        ("cilium-w3", "worker"),
    ]


def test_interfaces_on_one_prefix_share_a_segment() -> None:
    made = lab()
    assert made.segments == ("mgmt", "net1", "net2")
    assert segments("cilium-ctr", made) == segments("cilium-w1", made) == {"eth0": "mgmt", "eth1": "net1"}
    assert segments("cilium-w3", made) == {"eth0": "mgmt", "eth1": "net2"}


def test_loopbacks_have_their_address_and_no_segment() -> None:
    made = lab()
    assert segments("cilium-r", made) == {
        "eth0": "mgmt",
        "eth1": "net1",
        "eth2": "net2",
        "loop1": None,
        "loop2": None,
    }
    assert str(made.host("cilium-r").nics[3].address) == "10.10.1.200/24"


def test_a_loopback_of_a_node_makes_no_segment_either() -> None:
    def change(stack: Document) -> None:
        stack["nodes"][0]["interfaces"].append({"name": "lo1", "address": "10.9.9.9/32", "loopback": True})

    made = lab(change)
    assert segments("cilium-ctr", made)["lo1"] is None
    assert made.segments == ("mgmt", "net1", "net2")


def test_one_prefix_in_two_lengths_is_two_segments() -> None:
    made = lab(lambda stack: stack["nodes"][1]["interfaces"][0].update(address="192.168.10.101/25"))
    assert segments("cilium-w1", made)["eth1"] == "net3"


def test_management_addresses_are_counted_through_in_the_order_of_the_hosts() -> None:
    assert [host.management_address for host in lab().hosts] == [f"192.168.121.{i}" for i in range(1, 7)]


def test_the_management_prefix_is_taken_from_the_stack() -> None:
    made = lab(lambda stack: stack["cluster"].update(managementPrefix="10.99.0.0/28"))
    assert [str(host.nics[0].address) for host in made.hosts][:2] == ["10.99.0.1/28", "10.99.0.2/28"]
    assert all(host.nics[0].name == "eth0" and host.nics[0].segment == "mgmt" for host in made.hosts)


def test_an_interface_on_the_management_prefix_joins_its_segment() -> None:
    def change(stack: Document) -> None:
        stack["nodes"][0]["interfaces"].append({"name": "eth5", "address": "192.168.121.200/24"})

    made = lab(change)
    assert segments("cilium-ctr", made)["eth5"] == "mgmt"
    assert made.segments == ("mgmt", "net1", "net2")


def test_routes_and_mac_addresses_are_carried_over() -> None:
    made = lab(lambda stack: stack["nodes"][0]["interfaces"][0].update(mac="02:00:00:00:00:0A"))
    ctr = made.host("cilium-ctr")
    assert [nic.mac for nic in ctr.nics] == [None, "02:00:00:00:00:0a"]
    assert [(str(route.to), str(route.via)) for route in ctr.routes] == [("192.168.20.0/24", "192.168.10.200")]


# --- errors ---


def test_a_stack_of_an_existing_cluster_has_no_lab() -> None:
    with pytest.raises(LabError, match=r"cluster\.kind: expected lab, got existing"):
        lab(lambda stack: stack["cluster"].update(kind="existing"))


def test_an_unknown_host_is_refused_with_the_hosts_that_there_are() -> None:
    with pytest.raises(LabError, match="the lab has no host cilium-w9; its hosts are mgmt, cilium-r, cilium-ctr"):
        lab().host("cilium-w9")


@pytest.mark.parametrize("prefix", ["10.99.0.0/30", "10.99.0.0/31", "10.99.0.0/32", "fd00::/128"])
def test_a_management_prefix_that_is_too_small_is_refused(prefix: str) -> None:
    with pytest.raises(LabError, match=r"cluster\.managementPrefix: expected a prefix with .* host addresses or more"):
        lab(lambda stack: stack["cluster"].update(managementPrefix=prefix))


def test_a_management_prefix_that_just_fits_is_used_to_the_end() -> None:
    made = lab(lambda stack: stack["cluster"].update(managementPrefix="10.99.0.0/29"))
    assert made.hosts[-1].management_address == "10.99.0.6"
