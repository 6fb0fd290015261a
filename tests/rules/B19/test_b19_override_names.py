"""B19 beyond its fixtures: a node override names an unknown node, instance or peer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.helpers import Edit, instance, peer, peer_override, told_after


def two_racks(d: Any) -> None:
    """Each rack has an instance of the same name, with its own peer."""
    for i, node in enumerate(d["nodes"]):
        node["labels"] = {"rack": "ab"[i // 2]}
    d["bgp"]["clusterConfigs"] = [
        {
            "name": f"rack-{rack}",
            "nodeSelector": {"matchLabels": {"rack": rack}},
            "instances": [{**instance(d), "peers": [{**peer(d), "name": f"tor-{rack}"}]}],
        }
        for rack in "ab"
    ]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        # The peers of an instance that nobody has are not looked at.
        (
            [
                lambda d: d["bgp"].update(
                    nodeOverrides=[
                        {"node": "cilium-w1", "instances": [{"name": "another", "peers": [{"name": "tor-switch"}]}]}
                    ]
                )
            ],
            ["error bgp.nodeOverrides[0].instances[0].name"],
        ),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B19", *edits) == expected


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param(
            [two_racks, peer_override("cilium-ctr", name="tor-a", localPort=1790)], id="instance-name-in-two-racks"
        ),
    ],
)
def test_a_right_stack_is_not_objected_to(edits: list[Edit]) -> None:
    assert told_after("B19", *edits) == []


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            [two_racks, peer_override("cilium-ctr", name="tor-b", localPort=1790)],
            ["error bgp.nodeOverrides[0].instances[0].peers[0].name"],
            id="override-of-another-racks-peer",
        ),
    ],
)
def test_a_wrong_stack_is_objected_to(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B19", *edits) == expected
