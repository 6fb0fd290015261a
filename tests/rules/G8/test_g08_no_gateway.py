"""G8 beyond its fixtures: a gateway selector matches no node."""

from __future__ import annotations

import pytest

from tests.rules.helpers import egress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            egress("egressGroups: [{ nodeSelector: { matchLabels: { egress-gw: 'true' } } }]"),
            ["error egressPolicies[0].egressGroups[0].nodeSelector: {'matchLabels': {'egress-gw': 'true'}}"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G8", patch)) == sorted(expected)
