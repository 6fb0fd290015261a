"""G19 beyond its fixtures: an egress address has another owner."""

from __future__ import annotations

import pytest

from tests.rules.helpers import OUTPOST, POOL, egress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # Hosts, pods and pools.
        (
            egress("egressCIDRs: [192.168.20.96/29], egressGroups: [{}]"),
            ["error egressPolicies[0].egressCIDRs[0]: 192.168.20.96-192.168.20.103"],
        ),
        (
            egress("egressCIDRs: [172.16.1.8/29], egressGroups: [{}]"),
            ["error egressPolicies[0].egressCIDRs[0]: 172.16.1.8-172.16.1.15"],
        ),
        (
            egress("egressCIDRs: [172.20.0.0/14], egressGroups: [{}]"),
            ["error egressPolicies[0].egressCIDRs[0]: 172.20.0.0-172.23.255.255"],
        ),
        (
            egress("egressCIDRs: [172.18.0.0/29], egressGroups: [{}]") + OUTPOST % "172.18.0.7/16",
            ["error egressPolicies[0].egressCIDRs[0]: 172.18.0.0-172.18.0.7"],
        ),
        (POOL % "{ cidr: 172.20.0.0/24 }", []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G19", patch)) == sorted(expected)
