"""L7 beyond its fixtures: an L2 policy selects no node or no Service."""

from __future__ import annotations

import pytest

from tests.rules.helpers import L2, services, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # A selector of Services, and a class that belongs to BGP.
        (
            "l2Policies: [{ name: a, loadBalancerIPs: true, serviceSelector: { matchLabels: { app: shop } } }]\n",
            ["warning l2Policies[0].serviceSelector: {'matchLabels': {'app': 'shop'}}"],
        ),
        (
            L2 + services("name: a, loadBalancerClass: io.cilium/bgp-control-plane"),
            ["error l2Policies[0].serviceSelector: only io.cilium/bgp-control-plane"],
        ),
        (
            L2
            + services(
                "name: a, loadBalancerClass: io.cilium/bgp-control-plane",
                "name: b, loadBalancerClass: io.cilium/l2-announcer",
            ),
            [],
        ),
        (L2 + "services: []\n", []),
        (
            "l2Policies: [{ name: a, loadBalancerIPs: true,"
            " serviceSelector: { matchLabels: { io.kubernetes.service.name: webpod } } }]\n",
            [],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("L7", patch)) == sorted(expected)
