"""B22 beyond its fixtures: the router has no neighbor and no listen range for a node's address."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.helpers import Edit, discovered, gateways, peer, router, told_after


def dual_stack(d: Any) -> None:
    """IPv4 nodes with an IPv6 interface too; the peer is the router's IPv6 loopback."""
    d["nodes"].pop()
    d["routers"][0]["interfaces"] += [
        {"name": "lo6", "address": "fd00:ffff::1/128", "loopback": True},
        {"name": "eth3", "address": "fd00:10::200/64"},
    ]
    for i, node in enumerate(d["nodes"]):
        node["interfaces"].append({"name": "eth3", "address": f"fd00:10::{100 + i}/64"})
    peer(d)["address"] = "fd00:ffff::1"
    router(d)["neighbors"] = [{"address": f"fd00:10::{100 + i}", "peerGroup": "CILIUM"} for i in range(3)]


def management_first(d: Any) -> None:
    """The InternalIP is on another network; the route to the peer's loopback leaves through eth1."""
    d["nodes"].pop()
    for i, node in enumerate(d["nodes"]):
        node["interfaces"].insert(0, {"name": "eth0", "address": f"10.9.0.{10 + i}/24"})
        node["routes"].append({"to": "10.10.1.0/24", "via": "192.168.10.200"})
    peer(d)["address"] = "10.10.1.200"
    router(d)["neighbors"].pop()


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([dual_stack], id="source-has-the-peers-family"),
        pytest.param([management_first], id="source-is-the-routes-interface"),
    ],
)
def test_a_right_stack_is_not_objected_to(edits: list[Edit]) -> None:
    assert told_after("B22", *edits) == []


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            [gateways, discovered("ipv4"), lambda d: router(d)["neighbors"].pop(0)],
            ["error routers[0].bgp.neighbors"],
            id="discovered-router-without-the-neighbor",
        ),
    ],
)
def test_a_wrong_stack_is_objected_to(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B22", *edits) == expected
