"""G12 beyond its fixtures: the destinations contain the cluster's own addresses."""

from __future__ import annotations

import pytest

from tests.rules.helpers import PLAIN, egress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # The API server, a pool, and what is excluded.
        (
            egress(f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: [192.168.10.96/28], {PLAIN}"),
            [
                "warning egressPolicies[0].destinationCIDRs[0]: 192.168.10.96/28,"
                " which meets the API server 192.168.10.100"
            ],
        ),
        # One host beside the nodes is meant; the whole link hardly.
        (egress(f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: [192.168.20.9/32], {PLAIN}"), []),
        (
            egress(f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: [192.168.20.0/24], {PLAIN}"),
            [
                "warning egressPolicies[0].destinationCIDRs[0]: 192.168.20.0/24,"
                " which meets the nodes' link 192.168.20.0/24"
            ],
        ),
        (
            egress(f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: [172.16.0.0/14], {PLAIN}"),
            ["warning egressPolicies[0].destinationCIDRs[0]: 172.16.0.0/14, which meets pool cilium-pool"],
        ),
        (
            egress(
                f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: [172.16.0.0/14],"
                f" excludedCIDRs: [172.16.1.0/24], {PLAIN}"
            ),
            [],
        ),
        (
            egress(
                f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: [172.16.0.0/14],"
                f" excludedCIDRs: ['::/0', 172.17.0.0/16], {PLAIN}"
            ),
            ["warning egressPolicies[0].destinationCIDRs[0]: 172.16.0.0/14, which meets pool cilium-pool"],
        ),
        (egress(f"selectors: [{{ podSelector: {{}} }}], destinationCIDRs: ['::/0', 8.8.8.0/24], {PLAIN}"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G12", patch)) == sorted(expected)
