"""X6 beyond its fixtures: a Helm key was moved or removed in this Cilium version."""

from __future__ import annotations

import pytest

from tests.rules.helpers import told, values


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # What this release has is not moved.
        ("cilium: { version: 1.16.5, values: { bgp: { enabled: true }, hostPort: { enabled: true } } }\n", []),
        (
            "cilium: { version: 1.17.4, values: { bgp: { announce: { podCIDR: true } },"
            " hostPort: { enabled: true } } }",
            ["error cilium.values.bgp.announce.podCIDR: one that was moved or removed"],
        ),
        (
            "cilium: { version: 1.19.1, values: { nodePort: { enabled: true, range: '1,2' } } }\n",
            ["error cilium.values.nodePort.enabled: one that was moved or removed"],
        ),
        (
            values("tunnel: disabled, tunnelProtocol: geneve"),
            ["error cilium.values.tunnel: one that was moved or removed"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("X6", patch)) == sorted(expected)
