"""L3 beyond its fixtures: an interface pattern of an L2 policy matches no device of the agent."""

from __future__ import annotations

import json

import pytest

from tests.rules.helpers import told, values


def interfaces(*patterns: str) -> str:
    """An L2 policy on these interfaces."""
    return f"l2Policies: [{{ name: policy1, loadBalancerIPs: true, interfaces: {json.dumps(patterns)} }}]\n"


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # What RE2 has not, what nobody has, what is unanchored, and no devices at all.
        (
            interfaces("^eth(?=1)", r"^(e)th\1"),
            [
                "error l2Policies[0].interfaces[0]: ^eth(?=1) (invalid perl operator: (?=)",
                r"error l2Policies[0].interfaces[1]: ^(e)th\1 (invalid escape sequence: \1)",
            ],
        ),
        (interfaces("eth[", "th1"), ["error l2Policies[0].interfaces[0]: eth[ (missing ]: [)"]),
        (interfaces() + "cilium: { devices: [] }\n", []),
        (interfaces("^eth1$") + "cilium: { devices: [] }\n", []),
        (interfaces("^net0$") + "cilium: { devices: [net0] }\n", []),
        (interfaces("^net0$") + "cilium: { devices: [] }\n", ["warning l2Policies[0].interfaces[0]: ^net0$"]),
        (interfaces("^eth1$") + "cilium: { devices: [eth1, net0] }\n", []),
        (interfaces("^eth1$") + values("devices: 'eth+'"), []),
        (interfaces("^eth1$") + values("devices: net0"), ["warning l2Policies[0].interfaces[0]: ^eth1$"]),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("L3", patch)) == sorted(expected)
