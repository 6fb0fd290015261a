"""B12 beyond its fixtures: the hold time is too short for the keepalive interval."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, peer_config, sentences, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: peer_config(d).update(hold=9, keepalive=4)], ["warning bgp.peerConfigs[0].keepalive"]),
        ([lambda d: peer_config(d).update(profile="fast-failover")], []),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B12", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: peer_config(d).update(hold=9, keepalive=9)], ["warning bgp.peerConfigs[0].keepalive"]),
        ([lambda d: peer_config(d).update(hold=9, keepalive=10)], ["error bgp.peerConfigs[0].keepalive"]),
        ([lambda d: peer_config(d).update(hold=4, keepalive=2)], ["warning bgp.peerConfigs[0].keepalive"]),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B12", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        # A hold time of 5 s divides to 1; what is advised must itself be right.
        (
            [lambda d: peer_config(d).update(hold=5, keepalive=2)],
            ["at most a third of the hold time, 5 s | 2 s | set keepalive to 1"],
        ),
        (
            [lambda d: peer_config(d).update(hold=3, keepalive=9)],
            ["at most the hold time, 3 s | 9 s | set keepalive to 1"],
        ),
        (
            [lambda d: peer_config(d).update(hold=90, keepalive=31)],
            ["at most a third of the hold time, 90 s | 31 s | set keepalive to 30"],
        ),
    ],
)
def test_a_sentence(edits: list[Edit], expected: list[str]) -> None:
    assert sentences("B12", *edits) == expected
