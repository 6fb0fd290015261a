"""Faults that nobody declared, made behind the product's back: verify is red, and says what is wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.harness import Edge, until

VIP = "172.16.1.1"
LB = "bgp-advertisements-lb-exip-webpod"
NEEDED = "-p icmp --icmp-type fragmentation-needed"
# Towards nodes, but not what the test and verify themselves speak over.
TENTH = "! -o eth0 -m statistic --mode nth --every 10 --packet 0"
# With the routes that went with the link: the lab's hosts have no systemd that puts them back.
LINK_UP = (
    "ip link set eth1 up; ip route add 192.168.20.0/24 via 192.168.10.200;"
    " ip route add 172.20.0.0/16 via 192.168.10.200"
)
Fault = Callable[[Edge], object]


def on_router(command: str) -> Fault:
    return lambda edge: edge.on("cilium-r", command)


def operators(count: int) -> Fault:
    return lambda edge: edge.kubectl("-n", "kube-system", "scale", "deployment/cilium-operator", f"--replicas={count}")


def policy(value: str) -> Fault:
    patch = json.dumps({"spec": {"externalTrafficPolicy": value}})
    return lambda edge: edge.kubectl("patch", "service", "webpod", "-p", patch)


def on_node(node: str, command: str) -> Fault:
    return lambda edge: edge.on(node, command)


def labelled(thing: str, label: str) -> Fault:
    return lambda edge: edge.kubectl("label", thing, label, "--overwrite")


def selecting(app: str) -> Fault:
    patch = json.dumps({"spec": {"selector": {"app": app}}})
    return lambda edge: edge.kubectl("patch", "service", "webpod", "--type=merge", "-p", patch)


def configured(*lines: str) -> Fault:
    """Typed into FRR, past its file."""
    return on_router(" ".join(["vtysh", *(f"-c '{line}'" for line in ("configure terminal", *lines))]))


# Fault, its way back, the check of its one root cause, and what is said of it.
FAULTS: dict[str, tuple[Fault, Fault, str, str]] = {
    "zebra": (
        on_router("pkill -9 watchfrr; pkill -9 -x zebra"),
        on_router("/usr/lib/frr/frrinit.sh restart >/dev/null 2>&1 </dev/null"),
        "router-daemon",
        "a daemon of FRR does not run (zebra)",
    ),
    "ip_forward": (
        on_router("sysctl -qw net.ipv4.ip_forward=0"),
        on_router("sysctl -qw net.ipv4.ip_forward=1"),
        "forwarding",
        "the router passes on no packet",
    ),
    "operator": (operators(0), operators(1), "operator", "nobody gives addresses to Services"),
    "externalTrafficPolicy": (
        policy("Local"),
        policy("Cluster"),
        "service",
        "externalTrafficPolicy of Service default/webpod was changed by kubectl-patch at ",
    ),
    "better-route": (
        on_router(f"ip route add blackhole {VIP}"),
        on_router(f"ip route del blackhole {VIP}"),
        "rib",
        "a route of another source wins over BGP's on cilium-r",
    ),
    "bgpd": (
        on_router("pkill -9 watchfrr; pkill -9 -x bgpd"),
        on_router("/usr/lib/frr/frrinit.sh restart >/dev/null 2>&1 </dev/null"),
        "router-daemon",
        "a daemon of FRR does not run (bgpd)",
    ),
    "node-label": (
        labelled("node/cilium-w1", "enable-bgp-"),
        labelled("node/cilium-w1", "enable-bgp=true"),
        "bgp-session",
        "no CiliumBGPClusterConfig selects the node (cilium-bgp wants enable-bgp=true)",
    ),
    "advertisement-label": (
        labelled(f"ciliumbgpadvertisement/{LB}", "advertise=bpg"),
        labelled(f"ciliumbgpadvertisement/{LB}", "advertise=bgp"),
        "rib",
        f"{LB} is about it, and cilium-peer selects advertise=bgp: it has advertise=bpg",
    ),
    "selector": (
        selecting("wbpod"),
        selecting("webpod"),
        "service",
        "selector of Service default/webpod was changed by kubectl-patch at ",
    ),
    "neighbor-shutdown": (
        configured("router bgp 65000", "neighbor 192.168.10.101 shutdown"),
        configured("router bgp 65000", "no neighbor 192.168.10.101 shutdown"),
        "bgp-session",
        "FRR has the neighbor shut down",
    ),
    "agent-frozen": (
        on_node("cilium-w1", "pkill -STOP -x cilium-agent"),
        on_node("cilium-w1", "pkill -CONT -x cilium-agent"),
        "bgp-session",
        "cilium-dbg",
    ),
    "mtu": (
        on_router(f"ip link set eth2 mtu 1000; iptables -I OUTPUT {NEEDED} -j DROP"),
        on_router(f"ip link set eth2 mtu 1500; iptables -D OUTPUT {NEEDED} -j DROP"),
        # The API server's own packets to the kubelet are lost first.
        "bgp-session",
        "eth2 of cilium-r has MTU 1000, others of its links 1500",
    ),
    "loss": (
        on_router(f"iptables -I OUTPUT {TENTH} -j DROP"),
        on_router(f"iptables -D OUTPUT {TENTH} -j DROP"),
        "vip-http",
        "packets are lost on the way to every next hop",
    ),
    # Cilium's operator may be on it.
    "kubelet-unreachable": (
        on_node("cilium-w1", "ip link set eth1 down"),
        on_node("cilium-w1", LINK_UP),
        "bgp-session",
        "the API server does not reach the kubelet at 192.168.10.101:10250",
    ),
}


@contextmanager
def broken(edge: Edge, fault: Fault, back: Fault) -> Iterator[None]:
    fault(edge)
    try:
        yield
    finally:
        back(edge)
        until(lambda: edge.look()["green"], 120, "the lab is well again")


@pytest.mark.parametrize("name", FAULTS)
def test_the_cause_is_told(edge: Edge, name: str) -> None:
    fault, back, check, cause = FAULTS[name]

    last: list[object] = []

    def told() -> bool:
        last[:] = roots = edge.look()["roots"]
        if len(roots) != 1:
            return False
        [root] = roots
        return root["check"] == check and any(cause in text for text in (root["cause"], *root["evidence"]))

    with broken(edge, fault, back):
        try:
            until(told, 60, f"one root cause, {check}: {cause}")
        except AssertionError as error:
            raise AssertionError(f"{error}; roots: {last}") from None


def test_a_deadline_is_kept(edge: Edge) -> None:
    """Where an agent never answers, too: the time of one question is longer."""
    with broken(edge, *FAULTS["agent-frozen"][:2]):
        began = time.monotonic()
        result = edge.verify(5, ok=False)
        took = time.monotonic() - began
    assert not result["green"]
    # And the start of the program, on a loaded machine.
    assert took < 11, took
