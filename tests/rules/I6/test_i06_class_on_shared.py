"""I6 beyond its fixtures: a loadbalancer-class annotation is on an Ingress that shares its Service."""

from __future__ import annotations

import pytest

from tests.rules.helpers import ingress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # Only what shares.
        (ingress("ingress.cilium.io/loadbalancer-class: x", mode="dedicated"), []),
        ("ingresses: [{ name: a, annotations: { ingress.cilium.io/loadbalancer-class: x } }]\n", []),
        (ingress("a.b/c: d"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("I6", patch)) == sorted(expected)
