"""G16 beyond its fixtures: a policy has egressCIDRs without egressGroups."""

from __future__ import annotations

import pytest

from tests.rules.helpers import PLAIN, W23, egress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (egress(PLAIN), []),
        (egress(f"kind: IsovalentEgressGatewayPolicy, egressCIDRs: [172.18.0.84/31], {PLAIN}"), []),
        (egress(f"egressGroups: [{{ {W23} }}], egressCIDRs: [172.18.0.84/31]"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G16", patch)) == sorted(expected)
