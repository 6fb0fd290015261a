"""B24 beyond its fixtures: a node has no route to the pods of the other nodes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.helpers import AUTO, NO_ROUTERS, Edit, gateways, nodes, one_link, told_after

OFF: Edit = lambda d: d["bgp"].update(returnRoutes="off")  # noqa: E731
NONE_ROUTED = [f"error nodes[{i}].routes" for i in range(4)]


def route(to: str, via: str) -> Edit:
    return lambda d: [n["routes"].append({"to": to, "via": via}) for n in d["nodes"]]


def no_routers(d: Any) -> None:
    """The routers are somebody else's, and each node's default gateway is one."""
    d["routers"].clear()
    d["bgp"]["returnRoutes"] = "off"
    gateways(d)


def static_mesh(d: Any) -> None:
    """Three nodes on one link, each with a route to each other's pods."""
    d["bgp"]["returnRoutes"] = "off"
    d["nodes"].pop()
    for node in d["nodes"]:
        node["routes"] = [
            {"to": other["podCIDR"], "via": other["interfaces"][0]["address"].partition("/")[0]}
            for other in d["nodes"]
            if other is not node
        ]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        # A node on no link of a router cannot be given a route through one.
        (
            [lambda d: d["nodes"][3].update(interfaces=[{"name": "eth1", "address": "192.168.30.100/24"}], routes=[])],
            ["error nodes[3].interfaces"],
        ),
        ([lambda d: d["bgp"].update(returnRoutes="off"), lambda d: d["cilium"].update(routingMode="tunnel")], []),
        (
            [
                lambda d: d["bgp"].update(returnRoutes="off"),
                lambda d: [n["routes"].append({**n["routes"][0], "to": "172.16.0.0/12"}) for n in d["nodes"]],
            ],
            [],
        ),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B24", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([OFF], NONE_ROUTED),
        ([OFF, one_link], NONE_ROUTED[:3]),
        ([OFF, AUTO], NONE_ROUTED),
        ([OFF, AUTO, one_link], []),
        ([OFF, nodes(1)], []),
        ([OFF, nodes(2)], NONE_ROUTED[:2]),
        ([OFF, lambda d: d.pop("bgp")], []),
        # A prefix that is too short of the pods', one through somebody else, one of the other family.
        ([OFF, route("172.20.0.0/17", "192.168.10.200")], NONE_ROUTED),
        ([OFF, route("172.20.0.0/16", "192.168.10.1")], NONE_ROUTED),
        ([OFF, route("::/0", "fd00::1")], NONE_ROUTED),
        ([OFF, route("0.0.0.0/0", "192.168.10.200")], []),
        ([OFF, NO_ROUTERS, route("172.20.0.0/16", "192.168.10.1")], []),
        ([OFF, NO_ROUTERS], NONE_ROUTED),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B24", *edits) == expected


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([no_routers], id="default-gateway-of-another-team"),
        pytest.param([static_mesh], id="static-routes-to-every-node"),
    ],
)
def test_a_right_stack_is_not_objected_to(edits: list[Edit]) -> None:
    assert told_after("B24", *edits) == []
