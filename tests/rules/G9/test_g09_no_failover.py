"""G9 beyond its fixtures: the gateway selector of an open-source policy matches several nodes."""

from __future__ import annotations

import pytest

from tests.rules.helpers import W3, W23, egress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            egress(f"egressGateway: {{ {W3} }}, egressGateways: [{{ {W3} }}, {{ {W23} }}]"),
            ["warning egressPolicies[0].egressGateways[1].nodeSelector: 2: cilium-w2, cilium-w3"],
        ),
        (egress(f"egressGroups: [{{ {W23} }}]"), []),
        (egress(f"kind: IsovalentEgressGatewayPolicy, egressGateway: {{ {W23} }}"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G9", patch)) == sorted(expected)
