"""G4 beyond its fixtures: a gateway has both an interface and an egress IP."""

from __future__ import annotations

import pytest

from tests.rules.helpers import W3, egress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            egress(f"egressGroups: [{{ {W3}, interface: eth1 }}, {{ {W3}, interface: eth1, egressIP: 192.168.20.9 }}]"),
            ["error egressPolicies[0].egressGroups[1]: both"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G4", patch)) == sorted(expected)
