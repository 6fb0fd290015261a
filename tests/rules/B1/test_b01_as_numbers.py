"""B1 beyond its fixtures: the two ends of a BGP session disagree about an AS number."""

from __future__ import annotations

import pytest

from tests.rules.helpers import (
    INSTANCE,
    NO_ROUTERS,
    Edit,
    discovered,
    gateways,
    instance,
    override,
    peer,
    router,
    told_after,
)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        # The router names a number, and the nodes have another; a node's override counts.
        ([lambda d: router(d)["peerGroups"][0].update(remoteAs=65007)], [f"error {INSTANCE}.localASN"]),
        (
            [lambda d: router(d)["peerGroups"][0].update(remoteAs=65001), override(("cilium-w1", {"localASN": 65002}))],
            ["error bgp.nodeOverrides[0].instances[0].localASN"],
        ),
        ([lambda d: router(d)["peerGroups"][0].update(remoteAs=65001)], []),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B1", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        # An agent without a number for the peer takes the one that the peer says.
        ([lambda d: peer(d).pop("asn")], []),
        ([NO_ROUTERS, lambda d: peer(d).update(asn=65010)], []),
        ([lambda d: router(d)["peerGroups"][0].update(remoteAs=65001), lambda d: instance(d).pop("localASN")], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B1", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            [gateways, discovered("ipv4", asn=65099)],
            [f"error {INSTANCE}.peers[0].asn"],
            id="wrong-number-of-a-discovered-peer",
        ),
        pytest.param(
            [
                lambda d: router(d)["peerGroups"][0].update(remoteAs=65001),
                lambda d: d["bgp"].update(
                    nodeOverrides=[{"node": "cilium-w1", "instances": [{"name": "instance-65001", "localASN": 65002}]}]
                ),
            ],
            ["error bgp.nodeOverrides[0].instances[0].localASN"],
            id="the-overrides-number-is-the-wrong-one",
        ),
    ],
)
def test_a_wrong_stack_is_objected_to(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B1", *edits) == expected
