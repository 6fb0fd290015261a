"""R3 beyond its fixtures: ebgpMultihop is set on an internal neighbor."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, router, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: router(d)["peerGroups"][0].update(remoteAs="internal")], []),
        (
            [lambda d: router(d)["peerGroups"][0].update(remoteAs=65000, ebgpMultihop=2)],
            ["error routers[0].bgp.peerGroups[0].ebgpMultihop"],
        ),
        # A member has its number from the group; an internal group beside it makes no external one internal.
        (
            [
                lambda d: router(d)["peerGroups"].append({"name": "INNER", "remoteAs": "internal"}),
                lambda d: router(d)["neighbors"][1].update(peerGroup="INNER", ebgpMultihop=2),
            ],
            ["error routers[0].bgp.neighbors[1].ebgpMultihop"],
        ),
        (
            [
                lambda d: router(d)["neighbors"].append(
                    {"address": "192.168.10.9", "remoteAs": "internal", "ebgpMultihop": 2}
                )
            ],
            ["error routers[0].bgp.neighbors[4].ebgpMultihop"],
        ),
        ([lambda d: router(d)["neighbors"][0].update(ebgpMultihop=2)], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("R3", *edits) == expected
