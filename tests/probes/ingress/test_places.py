"""Where requests to an Ingress start: hosts on its link or with a route to it, nodes, and pods that only ask."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

import pytest

from effective.admission import outside, pod
from probes.ingress.places import Place, places
from probes.observations import Observations
from tests.probes.ingress.recorded import NODES, SHARED, Hosts, healthy, stack

Networks = dict[str, list[IPv4Network | IPv6Network]]
ROUTER = {
    "name": "edge-r",
    "bgp": {"asn": 65000},
    "interfaces": [
        {"name": "eth1", "address": "192.168.10.1/24"},
        {"name": "eth2", "address": "10.9.0.1/24"},
        # A loopback may have an address of the nodes' prefix: packets do not leave with it.
        {"name": "lo1", "address": "192.168.10.2/24", "loopback": True},
    ],
}


def hosts(change: Callable[[Any], object] = lambda d: None) -> Hosts:
    return Hosts(stack(change))


def asked(
    of: Hosts, address: str = SHARED, routed: Networks | None = None, observations: Observations | None = None
) -> list[Place]:
    return list(places(of.collector(), observations or healthy(), ip_address(address), routed or {}))


def names(found: list[Place]) -> list[str]:
    return [place.name for place in found]


EVERYWHERE = ["client 192.168.10.200", "stranger 192.168.10.201", *NODES, "pod curl-pod"]


def test_an_address_on_the_link_is_asked_from_everywhere() -> None:
    assert names(asked(hosts())) == EVERYWHERE
    assert [place.where for place in asked(hosts())] == ["client", "stranger", *NODES, "cilium-ctr"]


def test_a_host_of_another_link_has_no_way_to_it() -> None:
    found = asked(hosts(lambda d: d["outposts"][0].update(address="10.9.0.200/24")))
    assert names(found) == EVERYWHERE[1:]


def test_hosts_that_cannot_be_logged_in_to_are_not_asked() -> None:
    whole = hosts(lambda d: d.update(routers=[ROUTER]))
    for name in ("client", "edge-r", "cilium-w1"):
        del whole.endpoints[name]
    assert names(asked(whole)) == ["stranger 192.168.10.201", "cilium-ctr", "cilium-w2", "pod curl-pod"]


@pytest.mark.parametrize(
    ("address", "routed", "sources"),
    [
        (SHARED, {}, ["edge-r 192.168.10.1"]),
        ("172.16.1.1", {}, []),
        ("172.16.1.1", {"other-r": [ip_network("172.16.1.0/24")]}, []),
        ("172.16.1.1", {"edge-r": [ip_network("172.16.2.0/24")]}, []),
        # Behind a route it is asked with its address on the nodes' link, which is what policies speak of.
        ("172.16.1.1", {"edge-r": [ip_network("172.16.2.0/24"), ip_network("172.16.1.1/32")]}, ["edge-r 192.168.10.1"]),
    ],
)
def test_a_router_asks_what_it_has_a_route_to(address: str, routed: Networks, sources: list[str]) -> None:
    found = asked(hosts(lambda d: d.update(routers=[ROUTER])), address, routed)
    assert [place.name for place in found if place.where == "edge-r"] == sources


def test_policies_see_a_hosts_address_a_nodes_loopback_and_a_pods_labels() -> None:
    client, _, node, *_, curl = asked(hosts())
    assert client.party(80) == outside(ip_address("192.168.10.200"), 80)
    # Of the port of the node's own Envoy no policy knows.
    assert node.party(80) == outside(ip_address("127.0.0.1"), None)
    assert curl.party(443) == pod({"app": "curl"}, "default", 443)
    assert [str(place.source) for place in (client, node, curl)] == ["192.168.10.200", "None", "None"]


def test_commands_run_where_they_start_and_what_they_print_comes_back() -> None:
    whole = hosts()
    client, _, node, *_, curl = asked(whole)
    assert [place.run("echo here") for place in (client, node, curl)] == ["here\n"] * 3
    assert whole.asked == [
        ("client", "echo here", 10),
        ("cilium-ctr", "echo here", 10),
        ("default", "curl-pod", "curl", ["sh", "-c", "echo here"]),
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda item: item["spec"].pop("nodeName"),
        lambda item: item["metadata"].update(namespace="shop"),
        lambda item: item["metadata"].update(deletionTimestamp="2026-06-01T00:00:00Z"),
    ],
)
def test_a_pod_that_does_not_run_or_is_not_ours_is_no_place(change: Callable[[Any], object]) -> None:
    observations = healthy()
    change(observations.objects["pods"][0])
    assert names(asked(hosts(), observations=observations)) == EVERYWHERE[:-1]
