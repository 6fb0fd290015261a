"""B28 beyond its fixtures: a router installs fewer next hops than nodes advertise."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.rules.helpers import Edit, instance, override, router, told_after


def pods_only_from_the_control_plane(d: Any) -> None:
    """Three workers announce the Service, and the fourth node its pods alone."""
    workers = copy.deepcopy(d["bgp"]["clusterConfigs"][0])
    one = d["bgp"]["clusterConfigs"][0]
    for i, node in enumerate(d["nodes"]):
        node["labels"] = {"part": "worker" if i else "control"}
    workers.update(name="workers", nodeSelector={"matchLabels": {"part": "worker"}})
    one["nodeSelector"] = {"matchLabels": {"part": "control"}}
    one["instances"][0]["peers"][0]["peerConfigRef"] = "pods"
    d["bgp"]["clusterConfigs"].append(workers)
    d["bgp"]["peerConfigs"].append(
        {"name": "pods", "ebgpMultihop": 2, "families": [{"advertisements": {"matchLabels": {"advertise": "pods"}}}]}
    )
    d["bgp"]["advertisements"].append(
        {"name": "pods", "labels": {"advertise": "pods"}, "advertisements": [{"type": "PodCIDR"}]}
    )
    router(d)["maximumPaths"] = 3


def hundred_nodes(d: Any) -> None:
    d["nodes"] = [
        {
            "name": f"n{i}",
            "podCIDR": f"172.20.{i}.0/24",
            "interfaces": [{"name": "eth1", "address": f"192.168.10.{i + 1}/24"}],
        }
        for i in range(100)
    ]
    d["workloads"] = []
    d["cluster"]["apiServer"] = "192.168.10.1"
    router(d)["neighbors"] = [{"address": f"192.168.10.{i + 1}", "peerGroup": "CILIUM"} for i in range(100)]
    router(d)["maximumPaths"] = 64


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: router(d).pop("multipathRelax"), override(("cilium-w1", {"localASN": 65002}))],
            ["warning routers[0].bgp.multipathRelax"],
        ),
        ([lambda d: router(d).update(maximumPaths=2), lambda d: d["bgp"]["advertisements"].pop()], []),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B28", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: router(d).update(maximumPaths=3)], ["warning routers[0].bgp.maximumPaths"]),
        # A node that the router refuses brings no path, and neither does one without a number.
        ([lambda d: router(d).update(maximumPaths=3), lambda d: router(d)["neighbors"].pop()], []),
        ([lambda d: router(d).update(maximumPaths=2), lambda d: instance(d).pop("localASN")], []),
        ([override(("cilium-w1", {"localASN": 65002}))], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B28", *edits) == expected


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([pods_only_from_the_control_plane], id="a-node-that-announces-pods-alone"),
        pytest.param([hundred_nodes], id="as-many-paths-as-frr-takes"),
    ],
)
def test_a_right_stack_is_not_objected_to(edits: list[Edit]) -> None:
    assert told_after("B28", *edits) == []
