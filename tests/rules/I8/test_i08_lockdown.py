"""I8 beyond its fixtures: a policy locks Cilium's Ingress endpoint, and no policy opens it."""

from __future__ import annotations

import pytest

from tests.rules.helpers import gated, policies, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # What selects the Ingress endpoint, and what opens it.
        (policies("ingress: []"), ["warning networkPolicies[0].ingress: p0 locks it"]),
        (policies("ingress: [{ entities: [world] }]"), []),
        (policies("ingress: [{ entities: [world-ipv4] }]"), []),
        (policies("ingress: [{ entities: [world-ipv6] }]"), []),
        (policies("ingress: [{ entities: [all] }]"), []),
        (policies("endpointSelector: { matchLabels: { app: webpod } }, ingress: []"), []),
        (
            policies(
                "endpointSelector: { matchExpressions: [{ key: 'reserved:ingress', operator: DoesNotExist }] },"
                " ingress: []"
            ),
            [],
        ),
        (
            policies("endpointSelector: { matchLabels: { 'reserved:ingress': '' } }, ingress: []"),
            ["warning networkPolicies[0].ingress: p0 locks it"],
        ),
        (policies("egress: [{ entities: [all] }]"), []),
        # Gateways have the same endpoint.
        (gated("ingress: []"), ["warning networkPolicies[0].ingress: p0 locks it"]),
        ("networkPolicies: [{ name: a, ingress: [] }]\n", []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("I8", patch)) == sorted(expected)
