"""B6 beyond its fixtures: a family's selector matches no advertisement."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, peer_config, sentences, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: peer_config(d)["families"][0].pop("advertisements")], []),
        ([lambda d: d["bgp"].pop("advertisements")], ["error bgp.peerConfigs[0].families[0].advertisements"]),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B6", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: d["bgp"].pop("advertisements")],
            [
                "labels of an advertisement | {'matchLabels': {'advertise': 'bgp'}}, which matches nothing: "
                "there are no advertisements | "
                "make the selector and an advertisement's labels equal"
            ],
        ),
    ],
)
def test_a_sentence(edits: list[Edit], expected: list[str]) -> None:
    assert sentences("B6", *edits) == expected
