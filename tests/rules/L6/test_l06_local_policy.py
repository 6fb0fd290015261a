"""L6 beyond its fixtures: an L2 policy announces a Service with externalTrafficPolicy Local."""

from __future__ import annotations

import pytest

from tests.rules.helpers import L2, services, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (services("name: a, externalTrafficPolicy: Local"), []),
        (L2 + services("name: a, externalTrafficPolicy: Local, loadBalancerClass: io.cilium/bgp-control-plane"), []),
        (
            "l2Policies: [{ name: a, loadBalancerIPs: true, serviceSelector: { matchLabels: { app: shop } } }]\n"
            + services(
                "name: a, externalTrafficPolicy: Local", "name: b, labels: { app: shop }, externalTrafficPolicy: Local"
            ),
            ["warning services[1].externalTrafficPolicy: Local"],
        ),
        ("l2Policies: [{ name: a }]\n" + services("name: a, externalTrafficPolicy: Local"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("L6", patch)) == sorted(expected)
