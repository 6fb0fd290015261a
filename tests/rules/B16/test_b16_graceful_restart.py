"""B16 beyond its fixtures: the graceful-restart time does not fit an agent's restart."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, peer_config, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: peer_config(d).update(gracefulRestart=900)], ["warning bgp.peerConfigs[0].gracefulRestart"]),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B16", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: peer_config(d).update(gracefulRestart=10)], []),
        ([lambda d: peer_config(d).update(gracefulRestart=9)], ["warning bgp.peerConfigs[0].gracefulRestart"]),
        ([lambda d: peer_config(d).update(gracefulRestart=300)], []),
        ([lambda d: peer_config(d).update(gracefulRestart=301)], ["warning bgp.peerConfigs[0].gracefulRestart"]),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B16", *edits) == expected
