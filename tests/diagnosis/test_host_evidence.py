"""What kernels say of a session that is down, of a path that loses packets, and what has nothing to do with it."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from diagnosis.host_evidence import near, of_hosts
from probes.host_filters import Drop
from probes.host_state import HostState, KernelRoute, Link, Queue
from probes.verdict import judged
from tests.probes.recorded import dev

SESSION = judged("bgp-session", "cilium-w1 - cilium-r (router)", False, "Established", "Active", "cilium-r", "")
HTTP = judged("pod-to-pod", "curl-pod -> webpod", False, "answer", "none", "cilium-ctr -> cilium-w3", "")


def links(**changed: Link) -> dict[str, Link]:
    return {
        "eth1": Link(True, 1500, "02:00:00:00:00:01", frozenset({"192.168.10.200/24"})),
        "eth2": Link(True, 1500, "02:00:00:00:00:02", frozenset({"192.168.20.200/24"})),
        **changed,
    }


def drop(text: str, source: str | None, ports: set[int], table: str = "filter", chain: str = "INPUT") -> Drop:
    return Drop(table, chain, text, 7, ip_network(source) if source else None, None, "tcp", frozenset(ports))


def route(to: str, *gateways: str, kind: str = "unicast") -> KernelRoute:
    return KernelRoute(ip_network(to), kind, frozenset(map(ip_address, gateways)))


SUBNET = route("192.168.20.0/24", "192.168.10.200")
WELL = [SUBNET, route("172.20.0.0/16", "192.168.10.200")]
STATES = {
    "a link is down": (
        HostState(links(eth1=Link(False, 1500, "", frozenset({"192.168.10.200/24"})))),
        "eth1 of cilium-r is down",
    ),
    "a link is gone": (HostState({"eth2": links()["eth2"]}), "eth1 of cilium-r is not there"),
    "an address is gone": (
        HostState(links(eth1=Link(True, 1500, "", frozenset()))),
        "eth1 of cilium-r has no 192.168.10.200/24",
    ),
    "another link is down": (HostState(links(eth2=Link(False, 1500, "", frozenset()))), None),
    "a blackhole": (
        HostState(links(), [route("192.168.10.101/32", kind="blackhole")]),
        "cilium-r has a blackhole route for 192.168.10.101/32",
    ),
    "a blackhole elsewhere": (HostState(links(), [route("10.9.0.0/16", kind="blackhole")]), None),
    "an ip rule": (
        HostState(
            links(),
            [],
            [{"priority": 9, "dst": "192.168.10.0", "dstlen": 24, "action": "prohibit"}],
        ),
        "cilium-r has an ip rule with prohibit to 192.168.10.0/24: ip rule del priority 9",
    ),
    "an ip rule for all": (
        HostState(links(), rules=[{"priority": 9, "action": "blackhole"}]),
        "cilium-r has an ip rule with blackhole to 0.0.0.0/0",
    ),
    "an ip rule for others": (
        HostState(links(), rules=[{"priority": 9, "dst": "10.9.0.1", "action": "prohibit"}]),
        None,
    ),
    "a slow queue": (
        HostState(links(), queues=[Queue("eth1", "tbf", 12)]),
        "eth1 of cilium-r has a queue of kind tbf, which dropped 12 packets: tc qdisc del dev eth1 root",
    ),
    "a queue of a link between": (HostState(links(), queues=[Queue("lxc1", "tbf", 12)]), None),
    "a neighbor entry by hand": (
        HostState(
            links(), neighbors=[{"dst": "192.168.10.101", "state": ["PERMANENT"], "lladdr": "02:99", "dev": "eth1"}]
        ),
        "cilium-r has a permanent neighbor entry for 192.168.10.101 (02:99)",
    ),
    "a neighbor entry by ARP": (
        HostState(links(), neighbors=[{"dst": "192.168.10.101", "state": ["REACHABLE"], "lladdr": "02:99"}]),
        None,
    ),
    "a neighbor that answers no ARP": (
        HostState(links(), neighbors=[{"dst": "192.168.10.101", "state": ["FAILED"], "dev": "eth1"}]),
        "192.168.10.101 does not answer on eth1 of cilium-r, not even by ARP or ND",
    ),
    "another one that answers no ARP": (
        HostState(links(), neighbors=[{"dst": "192.168.10.9", "state": ["FAILED"], "dev": "eth1"}]),
        None,
    ),
    "a filter of nft that counts nothing": (
        HostState(
            links(),
            drops=[Drop("inet x", "y", "tcp dport 179 drop", None, None, None, "tcp", frozenset({179}), "nft")],
        ),
        "cilium-r drops it: inet x y by nft tcp dport 179 drop",
    ),
    "a filter": (
        HostState(links(), drops=[drop("-A INPUT -s 192.168.10.101/32 -j DROP", "192.168.10.101/32", {179})]),
        "cilium-r drops it: INPUT, 7 packets by iptables -A INPUT -s 192.168.10.101/32 -j DROP",
    ),
    "a filter of another table": (
        HostState(links(), drops=[drop("-A X -j DROP", None, set(), "raw", "PREROUTING")]),
        "cilium-r drops it: raw PREROUTING, 7 packets",
    ),
    "a filter that takes a share": (
        HostState(links(), drops=[drop("-A INPUT -m statistic --mode nth --every 10 -j DROP", None, set())]),
        "cilium-r drops some of it: INPUT, 7 packets",
    ),
    "a filter against another port": (HostState(links(), drops=[drop("-j DROP", None, {9999})]), None),
    "a filter against others": (HostState(links(), drops=[drop("-j DROP", "10.9.0.0/16", set())]), None),
    "two owners": (
        HostState(links(), answering={"192.168.10.101": {"02:00:00:00:00:0a", "02:00:00:00:00:0b"}}),
        "two hosts answer ARP for 192.168.10.101 on a link of cilium-r: 02:00:00:00:00:0a, 02:00:00:00:00:0b",
    ),
    "one owner": (HostState(links(), answering={"192.168.10.101": {"02:00:00:00:00:0a"}}), None),
}


@pytest.mark.parametrize("name", STATES)
def test_of_a_session(name: str) -> None:
    state, expected = STATES[name]
    found = list(of_hosts(dev(), SESSION, {"cilium-r": state}, {}))
    if expected is None:
        assert found == []
    else:
        assert len(found) == 1 and expected in found[0], found


def test_a_router_between_two_nodes_is_asked_too() -> None:
    state = HostState(links(), drops=[drop("-A FORWARD -j DROP", "172.20.0.0/24", {80}, chain="FORWARD")])
    [found] = of_hosts(dev(), HTTP, {"cilium-r": state}, {})
    assert found.startswith("cilium-r drops it: FORWARD")


def test_a_node_with_a_smaller_mtu_than_its_router() -> None:
    node = HostState({"eth1": Link(True, 1000, "", frozenset({"192.168.10.101/24"}))}, WELL)
    [found] = of_hosts(dev(), SESSION, {"cilium-r": HostState(links()), "cilium-w1": node}, {})
    assert found == "eth1 of cilium-w1 has MTU 1000, cilium-r on the same link 1500"


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        (WELL, []),
        ([SUBNET, route("172.20.0.0/16", "192.168.10.9", "192.168.10.200")], []),
        ([SUBNET], ["cilium-w1 has no route to 172.20.0.0/16: ip route add 172.20.0.0/16 via 192.168.10.200"]),
        (
            [SUBNET, route("172.20.0.0/16", "192.168.10.9")],
            ["cilium-w1 reaches 172.20.0.0/16 over 192.168.10.9: ip route replace 172.20.0.0/16 via 192.168.10.200"],
        ),
        (
            [SUBNET, route("172.20.0.0/16")],
            ["cilium-w1 reaches 172.20.0.0/16 over a link: ip route replace 172.20.0.0/16 via 192.168.10.200"],
        ),
    ],
)
def test_routes_that_a_node_has_to_have(routes: list[KernelRoute], expected: list[str]) -> None:
    node = HostState({"eth1": Link(True, 1500, "", frozenset({"192.168.10.101/24"}))}, routes)
    assert list(of_hosts(dev(), SESSION, {"cilium-w1": node}, {})) == expected


def test_routers_ask_for_nodes_on_their_links_alone() -> None:
    assert near(dev(), {"cilium-w1", "cilium-w3"}) == {"cilium-r": ["192.168.10.101", "192.168.20.100"]}
    assert near(dev(), set()) == {"cilium-r": []}


def test_what_was_dropped_meanwhile_says_more_than_old_counters() -> None:
    state = HostState(links(), drops=[drop("-A FORWARD -j OLD", None, {80}, chain="FORWARD")])
    meanwhile = {"cilium-r": [drop("-A FORWARD -j NEW", None, {80}, chain="FORWARD")]}
    [found] = of_hosts(dev(), HTTP, {"cilium-r": state}, meanwhile)
    assert "NEW" in found
    elsewhere = {"cilium-w3": meanwhile["cilium-r"]}
    assert not [*of_hosts(dev(), HTTP, {"cilium-r": state}, elsewhere)]


def test_who_names_what_it_takes_comes_before_who_takes_all() -> None:
    rules = [drop("-P FORWARD DROP", None, set()), drop("-A FORWARD --dport 80 -j DROP", None, {80})]
    first, second = of_hosts(dev(), HTTP, {"cilium-r": HostState(links(), drops=rules)}, {})
    assert "--dport 80" in first and "-P FORWARD" in second
