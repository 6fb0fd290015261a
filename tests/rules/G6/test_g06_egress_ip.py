"""G6 beyond its fixtures: no gateway interface has the egress IP."""

from __future__ import annotations

import pytest

from tests.rules.helpers import PLAIN, W3, W23, egress, told, with_net0


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # With egressCIDRs addresses come at run time.
        (
            egress(f"egressGateway: {{ {W23}, egressIP: 192.168.20.100 }}"),
            ["error egressPolicies[0].egressGateway.egressIP: 192.168.20.100"],
        ),
        (egress(f"egressCIDRs: [172.18.0.84/31], egressGroups: [{{ {W3}, egressIP: 172.18.0.84 }}]"), []),
        (with_net0("172.18.0.42/16") + egress(f"egressGateway: {{ {W3}, egressIP: 172.18.0.42 }}"), []),
        (egress(PLAIN), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G6", patch)) == sorted(expected)
