"""B20 beyond its fixtures: two BGP speakers have the same router ID."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.rules.helpers import Edit, helm, instance, override, peer, router, told_after


def second_router(**bgp: Any) -> Edit:
    def edit(d: Any) -> None:
        one = copy.deepcopy(d["routers"][0])
        one["name"] = "second"
        one["interfaces"] = [{"name": "eth1", "address": "192.168.10.201/24"}]
        one["bgp"] |= {"networks": [], **bgp}
        d["routers"].append(one)

    return edit


ID_POOL = "cilium.values.bgpControlPlane.routerIDAllocation.ipPool"


def pool(text: str) -> Edit:
    return helm(bgpControlPlane={"routerIDAllocation": {"mode": "ip-pool", "ipPool": text}})


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([second_router()], ["error routers[1].bgp.routerId"]),
        ([second_router(routerId="192.168.10.201")], []),
        ([lambda d: router(d).update(routerId="192.168.10.101")], ["error nodes[1].interfaces[0].address"]),
        ([pool("10.255.0.0/31")], [f"error {ID_POOL}"]),
        ([pool("ten")], [f"error {ID_POOL}"]),
        ([pool("10.255.0.0/30")], []),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B20", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        # No address of IPv4, no id that could be told; one node may have one id in two instances.
        (
            [
                lambda d: [
                    n.update(interfaces=[{"name": "eth1", "address": f"fd00::{i + 1}/64"}])
                    for i, n in enumerate(d["nodes"])
                ]
            ],
            [],
        ),
        ([lambda d: instance(d)["peers"].append({**peer(d), "name": "again"})], []),
        ([helm(bgpControlPlane={"routerIDAllocation": {"mode": "default", "ipPool": "10.255.0.0/32"}})], []),
        ([pool("10.255.0.0/30"), override(("cilium-w1", {"routerId": "192.168.10.102"}))], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B20", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            [pool("fd00::/64")], ["error cilium.values.bgpControlPlane.routerIDAllocation.ipPool"], id="id-pool-of-ipv6"
        ),
        pytest.param(
            [helm(bgpControlPlane={"routerIDAllocation": {"mode": "ip-pool"}})],
            ["error cilium.values.bgpControlPlane.routerIDAllocation.ipPool"],
            id="id-pool-without-a-pool",
        ),
        pytest.param(
            [
                lambda d: d["bgp"].update(
                    nodeOverrides=[
                        {"node": "cilium-w1", "instances": [{"name": "instance-65001", "routerId": "192.168.10.200"}]}
                    ]
                )
            ],
            ["error bgp.nodeOverrides[0].instances[0].routerId"],
            id="the-overrides-id-is-the-wrong-one",
        ),
    ],
)
def test_a_wrong_stack_is_objected_to(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B20", *edits) == expected
