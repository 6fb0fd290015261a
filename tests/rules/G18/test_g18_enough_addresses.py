"""G18 beyond its fixtures: a policy has fewer egress addresses than active gateways."""

from __future__ import annotations

import pytest

from tests.rules.helpers import W3, W23, egress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # A node in two groups is one gateway, and maxGatewayNodes bounds a group.
        (egress(f"egressCIDRs: [172.18.0.84/31], egressGroups: [{{ {W23} }}, {{ {W3} }}]"), []),
        (egress(f"egressCIDRs: [172.18.0.84/32], egressGroups: [{{ {W23}, maxGatewayNodes: 1 }}]"), []),
        (
            egress("egressCIDRs: [172.18.0.84/32, 172.18.0.84/32], egressGroups: [{}]"),
            ["error egressPolicies[0].egressCIDRs: 1"],
        ),
        (egress(f"egressGroups: [{{ {W23} }}]"), []),
        (egress(f"egressCIDRs: [172.18.0.84/32], egressGateway: {{ {W23} }}"), []),
        (
            egress(f"egressGroups: [{{ {W23} }}]", f"egressCIDRs: [172.18.0.84/32], egressGroups: [{{ {W23} }}]"),
            ["error egressPolicies[1].egressCIDRs: 1"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G18", patch)) == sorted(expected)
