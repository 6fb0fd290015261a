"""X2 beyond its fixtures: a changed Helm value does not restart the agents."""

from __future__ import annotations

import pytest

from tests.rules.helpers import told, values


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # Only where something changes, and a new version rolls the agents by itself.
        ("before: {}\n", []),
        ("before: { cilium: { version: 1.18.1 } }\n" + values("bpf: { lbExternalClusterIP: true }"), []),
        (values("bpf: { lbExternalClusterIP: true }"), []),
        ("before: {}\ncilium: { autoDirectNodeRoutes: true }\n", ["warning cilium.values.rollOutCiliumPods: false"]),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("X2", patch)) == sorted(expected)
