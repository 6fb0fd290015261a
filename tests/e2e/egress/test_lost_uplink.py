"""A gateway that answers every probe, and has lost its way to the destination."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.egress.helpers import EAST, GATEWAYS, WEST, answer, status
from tests.e2e.harness import Edge, until

pytestmark = pytest.mark.thorough

# An address behind the second outpost, and routes to it; nobody has the last one.
FAR, ROUTER, NOBODY = "203.0.113.8", "172.18.0.8", "172.18.0.99"


def far(stack: Any) -> None:
    stack["egressPolicies"][1]["destinationCIDRs"].append(f"{FAR}/32")


def healthy(edge: Edge) -> list[str]:
    return list(status(edge)["groupStatuses"][0]["healthyGatewayIPs"])


def served_by(edge: Edge, address: str) -> bool:
    return address in answer(edge, "netperf-pod", FAR)


def test_a_gateway_whose_next_hop_is_gone_is_stood_in_for(egress: Edge) -> None:
    egress.on("remote-outpost-2", f"ip address add {FAR}/32 dev lo")
    for host in GATEWAYS:
        egress.on(host, f"ip route add {FAR}/32 via {ROUTER}")
    egress.change(far)
    try:
        egress.run("up")
        until(lambda: served_by(egress, "172.18.0.84"), 30, "the zone's own gateway serves")
        egress.on(GATEWAYS[0], f"ip route replace {FAR}/32 via {NOBODY}")
        until(lambda: served_by(egress, "172.18.0.85"), 10, "the other gateway serves")
        assert healthy(egress) == [WEST]
        told = egress.kubectl("get", "events", "-o", "jsonpath={.items[*].message}")
        assert f"kind-worker3 has no uplink to {FAR}/32" in told
        verdicts = egress.look()["verdicts"]
        assert any("no way to a destination" in v["cause"] for v in verdicts if v["check"] == "egress-status")
        egress.on(GATEWAYS[0], f"ip route replace {FAR}/32 via {ROUTER}")
        until(lambda: served_by(egress, "172.18.0.84"), 20, "and back")
        assert healthy(egress) == [EAST, WEST]
    finally:
        for host in GATEWAYS:
            egress.on(host, f"ip route del {FAR}/32", ok=False)
        egress.on("remote-outpost-2", f"ip address del {FAR}/32 dev lo")
        egress.reset()
        egress.run("up")
