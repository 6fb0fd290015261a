"""R2 beyond its fixtures: a router's keepalive is more than a third of its hold time."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, router, sentences, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: router(d)["neighbors"][1].update(timers={"keepalive": 2, "hold": 5})],
            ["warning routers[0].bgp.neighbors[1].timers.keepalive"],
        ),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("R2", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: router(d)["neighbors"][1].update(timers={"keepalive": 2, "hold": 5})],
            ["at most 1 s | 2 s | set keepalive: 1"],
        ),
    ],
)
def test_a_sentence(edits: list[Edit], expected: list[str]) -> None:
    assert sentences("R2", *edits) == expected
