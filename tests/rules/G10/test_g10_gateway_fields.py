"""G10 beyond its fixtures: a policy sets the wrong one of egressGateway, egressGateways and egressGroups."""

from __future__ import annotations

import pytest

from tests.rules.helpers import W3, W23, egress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (egress(f"egressGroups: [{{ {W23} }}]"), []),
        (egress("azAffinity: disabled"), ["error egressPolicies[0].egressGateway: none"]),
        (egress(f"egressGateways: [{{ {W3} }}]"), ["error egressPolicies[0].egressGateway: nothing"]),
        (egress(f"egressGateway: {{ {W3} }}, egressGateways: [{{ {W3} }}]"), []),
        (
            egress(f"egressGroups: [{{ {W23} }}], egressGateway: {{ {W3} }}"),
            ["warning egressPolicies[0].egressGroups: two"],
        ),
        (
            egress(f"egressGroups: [{{ {W23} }}], egressGateway: {{ {W3} }}, egressGateways: [{{ {W3} }}]"),
            ["warning egressPolicies[0].egressGroups: two"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G10", patch)) == sorted(expected)
