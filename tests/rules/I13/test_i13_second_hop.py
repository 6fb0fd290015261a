"""I13 beyond its fixtures: a backend's policy does not admit the Ingress."""

from __future__ import annotations

import pytest

from tests.rules.helpers import policies, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # What answers where no rule does is a backend as well.
        (
            policies("endpointSelector: { matchLabels: { app: webpod } }, ingress: [{ entities: [world] }]")
            + "ingresses: [{ name: a, defaultBackend: { service: webpod, port: 80 } }]\n",
            ["warning networkPolicies[0].ingress: none in p0"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("I13", patch)) == sorted(expected)
