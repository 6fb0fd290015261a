"""R1 beyond its fixtures: FRR rewrites a value of the configuration."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, router, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: router(d).update(maximumPaths=64)], []),
        ([lambda d: router(d).update(maximumPaths=65)], ["warning routers[0].bgp.maximumPaths"]),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("R1", *edits) == expected
