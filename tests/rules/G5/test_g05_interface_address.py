"""G5 beyond its fixtures: a gateway interface does not exist, or has no IPv4 address."""

from __future__ import annotations

import pytest
import yaml

from tests.config.dev_stack import document
from tests.rules.helpers import PLAIN, W3, W23, egress, told, with_net0


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # An interface with IPv6 alone; a second address on it is enough.
        (
            with_net0("fd00::42/64") + egress(f"egressGateway: {{ {W3}, interface: net0 }}"),
            ["error egressPolicies[0].egressGateway.interface: net0"],
        ),
        (with_net0("172.18.0.42/16") + egress(f"egressGateway: {{ {W3}, interface: net0 }}"), []),
        (
            with_net0("172.18.0.42/16") + egress(f"egressGroups: [{{ {W23}, interface: net0 }}]"),
            ["error egressPolicies[0].egressGroups[0].interface: net0, which the node does not have"],
        ),
        (egress(f"egressGateway: {{ {W3} }}"), []),
        (
            yaml.safe_dump(
                {
                    "nodes": [
                        {**node, "interfaces": [*node["interfaces"], {"name": "eth1", "address": f"fd00::{i}/64"}]}
                        for i, node in enumerate(document()["nodes"], 1)
                    ]
                }
            )
            + egress(PLAIN),
            [],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G5", patch)) == sorted(expected)
