"""Egress addresses: one holder each, whatever moves, and none that somebody else has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.egress.helpers import (
    GATEWAYS,
    addresses,
    answer,
    held,
    holder,
    holders,
    one_address,
    satisfied,
    watch_addresses,
)
from tests.e2e.harness import Edge, until

pytestmark = pytest.mark.thorough


def test_an_address_moves_between_gateways_and_is_never_on_two(egress: Edge) -> None:
    """One address for two gateways: the first is drained, and gives it up before the other has it."""
    egress.change(one_address)
    egress.run("up")
    first = holder(egress, "172.18.0.88", 20)
    other = next(host for host in GATEWAYS if host != first)
    with watch_addresses(egress):
        egress.kubectl("annotate", "node", first, "cilium-edge.io/egress-drain=true")
        try:
            until(lambda: "172.18.0.88" in addresses(egress, other), 15, "the other one has it")
            until(lambda: "172.18.0.88" in answer(egress, "netperf-pod", "172.18.0.8"), 10, "it is used")
            [(_, gone)], [(there, _)] = held(egress, first, "172.18.0.88"), held(egress, other, "172.18.0.88")
            assert 0 < there - gone < 5
        finally:
            egress.kubectl("annotate", "node", first, "cilium-edge.io/egress-drain-")
    egress.reset()
    egress.run("up")
    assert egress.verify()["green"]


def test_an_address_that_somebody_has_is_not_taken(egress: Edge) -> None:
    def other(stack: Any) -> None:
        stack["egressPolicies"][1]["egressCIDRs"] = ["172.18.0.86/31"]

    egress.on("remote-outpost", "ip address add 172.18.0.86/16 dev eth1")
    try:
        egress.change(other)
        egress.run("up")
        mac = json.loads(egress.on("remote-outpost", "ip -j link show eth1"))[0]["address"]
        told = f"172.18.0.86 is used by {mac} on eth1, which is no gateway"
        until(lambda: told in satisfied(egress)[1], 15, "it is told")
        assert satisfied(egress)[0] == "False"
        assert holders(egress, "172.18.0.86") == []
    finally:
        egress.on("remote-outpost", "ip address del 172.18.0.86/16 dev eth1")
        egress.reset()
    until(lambda: satisfied(egress)[0] == "True", 30, "both have one")
    assert sorted(holders(egress, "172.18.0.86") + holders(egress, "172.18.0.87")) == list(GATEWAYS)
    egress.run("up")
    assert egress.verify()["green"]
