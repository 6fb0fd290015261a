"""B4 beyond its fixtures: peerConfigRef names a peer config that does not exist."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, peer, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: peer(d).pop("peerConfigRef")], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B4", *edits) == expected
