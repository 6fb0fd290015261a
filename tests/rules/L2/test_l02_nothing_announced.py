"""L2 beyond its fixtures: an L2 policy announces no kind of address."""

from __future__ import annotations

import pytest

from tests.rules.helpers import told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            "l2Policies: [{ name: a, externalIPs: true }, { name: b, loadBalancerIPs: true }, { name: c }]\n",
            ["error l2Policies[2].loadBalancerIPs: false for both"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("L2", patch)) == sorted(expected)
