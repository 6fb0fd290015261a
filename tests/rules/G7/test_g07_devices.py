"""G7 beyond its fixtures: a gateway interface is not one of the agent's devices."""

from __future__ import annotations

import pytest

from tests.rules.helpers import PLAIN, W3, egress, told, values, with_net0


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # By the egress IP, by a list, by a name that a pattern only begins.
        (
            with_net0("172.18.0.42/16") + egress(f"egressGateway: {{ {W3}, egressIP: 172.18.0.42 }}"),
            ["warning egressPolicies[0].egressGateway: net0"],
        ),
        (
            "cilium: { devices: [eth1, net0] }\n"
            + with_net0("172.18.0.42/16")
            + egress(f"egressGateway: {{ {W3}, interface: net0 }}"),
            [],
        ),
        (
            with_net0("172.18.0.42/16")
            + egress(f"egressGateway: {{ {W3}, interface: net0 }}")
            + values("devices: [eth1, net+]"),
            [],
        ),
        (
            with_net0("172.18.0.42/16")
            + egress(f"egressGateway: {{ {W3}, interface: net0 }}")
            + values("devices: 'eth+ net0'"),
            [],
        ),
        (
            with_net0("172.18.0.42/16")
            + egress(f"egressGateway: {{ {W3}, interface: net0 }}")
            + values("devices: '{eth+,net+}'"),
            [],
        ),
        (egress(PLAIN) + values("devices: eth"), ["warning egressPolicies[0].egressGateway: eth1"]),
        ("cilium: { devices: [] }\n" + egress(PLAIN), []),
        (egress(f"egressGateway: {{ {W3} }}"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G7", patch)) == sorted(expected)
