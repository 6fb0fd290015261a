"""R7 beyond its fixtures: the router's hold time is shorter than the peer config's."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, peer, router, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: router(d)["neighbors"][0].update(timers={"keepalive": 1, "hold": 3})],
            ["warning bgp.peerConfigs[0].hold"],
        ),
        ([lambda d: router(d)["peerGroups"][0].update(timers={"keepalive": 3, "hold": 9})], []),
        ([lambda d: router(d).update(neighbors=[{"address": "192.168.10.101", "remoteAs": 65001}])], []),
        # The neighbor's own timers come before its group's.
        (
            [
                lambda d: router(d)["peerGroups"][0].update(timers={"keepalive": 1, "hold": 3}),
                lambda d: [n.update(timers={"keepalive": 3, "hold": 9}) for n in router(d)["neighbors"]],
            ],
            [],
        ),
        (
            [
                lambda d: router(d)["peerGroups"][0].update(timers={"keepalive": 1, "hold": 3}),
                lambda d: peer(d).pop("peerConfigRef"),
            ],
            [],
        ),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("R7", *edits) == expected
