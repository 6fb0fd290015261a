"""P11 beyond its fixtures: a pool contains addresses that have another owner."""

from __future__ import annotations

import pytest

from tests.rules.helpers import OUTPOST, POOL, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # What the plan has beside hosts: pods, Services, egress addresses.
        (POOL % "{ cidr: 172.20.9.0/24 }", ["error pools[0].blocks[0]: 172.20.9.0-172.20.9.255"]),
        (POOL % "{ cidr: 10.96.1.0/24 }", ["error pools[0].blocks[0]: 10.96.1.0-10.96.1.255"]),
        (
            POOL
            % "{ cidr: 172.18.0.0/24 }"
            + "egressPolicies: [{ name: a, egressCIDRs: [172.18.0.84/31], egressGroups: [{}],"
            " selectors: [{ podSelector: {} }], destinationCIDRs: [10.10.1.0/24] }]\n",
            ["error pools[0].blocks[0]: 172.18.0.0-172.18.0.255"],
        ),
        # An outpost's address, and outposts on the network that a pool is.
        (
            POOL % "{ start: 172.18.0.7 }" + OUTPOST % "172.18.0.7/16",
            ["error pools[0].blocks[0]: 172.18.0.7-172.18.0.7"],
        ),
        (
            POOL % "{ cidr: 172.18.0.0/24 }" + OUTPOST % "172.18.0.7/24",
            [
                "warning pools[0].blocks[0]: 172.18.0.0-172.18.0.255, the hosts' own network, and Services that ask"
                " for no address: webpod"
            ],
        ),
        (POOL % "{ start: 192.168.10.200 }", ["error pools[0].blocks[0]: 192.168.10.200-192.168.10.200"]),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert told("P11", patch) == expected
