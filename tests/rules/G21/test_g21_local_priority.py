"""G21 beyond its fixtures: localPriority is set without maxGatewayNodes."""

from __future__ import annotations

import pytest

from tests.rules.helpers import W3, W23, egress, told, zoned


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            zoned(None, "west", "west", "east")
            + egress(f"azAffinity: localPriority, egressGroups: [{{ {W3}, maxGatewayNodes: 1 }}, {{ {W23} }}]"),
            ["warning egressPolicies[0].egressGroups[1].maxGatewayNodes: nothing"],
        ),
        (egress(f"azAffinity: localOnly, egressGroups: [{{ {W3} }}]"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G21", patch)) == sorted(expected)
