"""G11 beyond its fixtures: an excluded prefix is outside the destinations."""

from __future__ import annotations

import pytest

from tests.rules.helpers import PLAIN, egress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            egress(
                f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: ['::/0', 10.0.0.0/8],"
                f" excludedCIDRs: [10.0.0.0/8, 'fd00::/8', 11.0.0.0/8], {PLAIN}"
            ),
            ["warning egressPolicies[0].excludedCIDRs[2]: 11.0.0.0/8"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G11", patch)) == sorted(expected)
