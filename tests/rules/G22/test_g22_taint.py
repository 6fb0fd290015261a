"""G22 beyond its fixtures: pods can run on gateway nodes."""

from __future__ import annotations

import pytest
import yaml

from tests.config.dev_stack import document
from tests.rules.helpers import PLAIN, egress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            egress(PLAIN)
            + yaml.safe_dump(
                {
                    "nodes": [
                        {**node, "taints": [{"key": "egress-gw", "effect": "PreferNoSchedule"}]}
                        for node in document()["nodes"]
                    ]
                }
            ),
            ["warning nodes[3].taints: none"],
        ),
        (
            egress(PLAIN)
            + yaml.safe_dump(
                {
                    "nodes": [
                        {**node, "taints": [{"key": "egress-gw", "effect": "NoExecute"}]}
                        for node in document()["nodes"]
                    ]
                }
            ),
            [],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G22", patch)) == sorted(expected)
