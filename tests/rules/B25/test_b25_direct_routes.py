"""B25 beyond its fixtures: autoDirectNodeRoutes is on where it cannot work."""

from __future__ import annotations

import pytest

from tests.rules.helpers import AUTO, Edit, helm, one_link, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: d["cilium"].update(routingMode="tunnel", autoDirectNodeRoutes=True)],
            ["error cilium.autoDirectNodeRoutes"],
        ),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B25", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([AUTO], ["warning cilium.autoDirectNodeRoutes"]),
        ([AUTO, one_link], []),
        ([AUTO, helm(directRoutingSkipUnreachable=True)], []),
        ([lambda d: d["cilium"].update(routingMode="tunnel")], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B25", *edits) == expected
