"""Faults that nobody declared, made behind the product's back: verify is red, and says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.harness import Edge, until

VIP = "172.16.1.1"
Fault = Callable[[Edge], None]


def on_router(command: str) -> Fault:
    return lambda edge: edge.on("cilium-r", command) and None


def operators(count: int) -> Fault:
    return lambda edge: edge.kubectl("-n", "kube-system", "scale", "deployment/cilium-operator",
                                     f"--replicas={count}") and None  # fmt: skip


def policy(value: str) -> Fault:
    patch = json.dumps({"spec": {"externalTrafficPolicy": value}})
    return lambda edge: edge.kubectl("patch", "service", "webpod", "-p", patch) and None


# Fault, its way back, and what verify says of which check.
FAULTS: dict[str, tuple[Fault, Fault, str, str]] = {
    "zebra": (on_router("pkill -9 watchfrr; pkill -9 -x zebra"),
              on_router("/usr/lib/frr/frrinit.sh restart >/dev/null 2>&1 </dev/null"),
              "router-daemon", "a daemon of FRR does not run (zebra)"),
    "ip_forward": (on_router("sysctl -qw net.ipv4.ip_forward=0"), on_router("sysctl -qw net.ipv4.ip_forward=1"),
                   "forwarding", "the router passes on no packet"),
    "operator": (operators(0), operators(1), "operator", "nobody gives addresses to Services"),
    "externalTrafficPolicy": (policy("Local"), policy("Cluster"), "service",
                              "externalTrafficPolicy of Service default/webpod was changed by kubectl-patch at "),
    "better-route": (on_router(f"ip route add blackhole {VIP}"), on_router(f"ip route del blackhole {VIP}"),
                     "fib", "a route of another source wins over BGP's on cilium-r"),
}  # fmt: skip


@contextmanager
def broken(edge: Edge, fault: Fault, back: Fault) -> Iterator[None]:
    fault(edge)
    try:
        yield
    finally:
        back(edge)
        until(lambda: edge.verify(1, ok=False)["green"], 120, "the lab is well again")


@pytest.mark.parametrize("name", FAULTS)
def test_the_cause_is_told(edge: Edge, name: str) -> None:
    fault, back, check, cause = FAULTS[name]

    def told() -> bool:
        found = edge.verify(1, ok=False)["verdicts"]
        return any(v["color"] == "red" and v["check"] == check and cause in v["cause"] for v in found)

    with broken(edge, fault, back):
        until(told, 60, f"verify says of {check}: {cause}")
