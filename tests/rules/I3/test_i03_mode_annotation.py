"""I3 beyond its fixtures: a loadbalancer-mode is neither shared nor dedicated."""

from __future__ import annotations

import pytest

from tests.rules.helpers import MODE, ingress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # The older name, and names that are nearly right.
        (ingress("io.cilium.ingress/loadbalancer-mode: own"), ["error ingresses[0].annotations: own"]),
        (
            ingress("ingress.cilium.io/loadBalancerMode: dedicated"),
            ["error ingresses[0].annotations: ingress.cilium.io/loadBalancerMode"],
        ),
        (ingress("io.cilium.ingress/loadbalancer-mode: dedicated", f"{MODE}: shared"), []),
        (
            ingress("ingress.cilium.io/load-balancer-mode: dedicated"),
            ["error ingresses[0].annotations: ingress.cilium.io/load-balancer-mode"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("I3", patch)) == sorted(expected)
