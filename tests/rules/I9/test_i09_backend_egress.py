"""I9 beyond its fixtures: a default deny of egress separates the Ingress endpoint from the backends."""

from __future__ import annotations

import pytest

from tests.rules.helpers import gated, policies, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # What selects the Ingress endpoint, and what opens it.
        (policies("egress: [{ entities: [world] }]"), ["warning networkPolicies[0].egress: p0 denies it"]),
        (policies("endpointSelector: { matchLabels: { app: webpod } }, egress: []"), []),
        (policies("egress: [{ endpoints: [{}] }]"), []),
        (
            policies("egress: [{ cidrs: [{ cidr: 172.20.0.0/16 }] }]"),
            ["warning networkPolicies[0].egress: p0 denies it"],
        ),
        (policies("ingress: [{ entities: [all] }]"), []),
        # Gateways have the same endpoint.
        (gated("egress: []"), ["warning networkPolicies[0].egress: p0 denies it"]),
        ("networkPolicies: [{ name: a, egress: [] }]\n", []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("I9", patch)) == sorted(expected)
