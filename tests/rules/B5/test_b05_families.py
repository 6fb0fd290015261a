"""B5 beyond its fixtures: a peer carries no address family."""

from __future__ import annotations

import pytest

from tests.rules.helpers import INSTANCE, Edit, peer, peer_config, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: peer(d).pop("peerConfigRef")], [f"error {INSTANCE}.peers[0].peerConfigRef"]),
        (
            [lambda d: peer_config(d)["families"][0].pop("advertisements")],
            ["error bgp.peerConfigs[0].families[0].advertisements"],
        ),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B5", *edits) == expected
