"""B3 beyond its fixtures: a BGP instance has no localASN."""

from __future__ import annotations

import pytest

from tests.rules.helpers import INSTANCE, Edit, instance, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: instance(d).pop("localASN"), lambda d: instance(d).update(peers=[])],
            [f"error {INSTANCE}.localASN"],
        ),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B3", *edits) == expected
