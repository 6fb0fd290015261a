"""G14 beyond its fixtures: an egress gateway runs with Cluster Mesh."""

from __future__ import annotations

import pytest

from tests.rules.helpers import told, values


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (values("clustermesh: { config: { enabled: true } }"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G14", patch)) == sorted(expected)
