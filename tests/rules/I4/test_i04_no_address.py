"""I4 beyond its fixtures: the Service of an Ingress or a Gateway gets no address, or nothing announces the address."""

from __future__ import annotations

import pytest

from tests.rules.helpers import HOST_NETWORK, INGRESS, POOL, told

LINK = POOL % "{ start: 192.168.10.211, stop: 192.168.10.215 }"


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # A disabled pool is none; a dedicated Ingress needs an address like the shared one.
        (
            INGRESS + "pools: [{ name: a, disabled: true, blocks: [{ cidr: 172.16.1.0/24 }] }]\n",
            ["error ingressController: none that serves it"],
        ),
        ("bgp: null\n" + LINK + "ingressController: {}\n", ["warning ingressController: neither"]),
        (
            "bgp: null\n" + LINK + "ingressController: {}\nl2Policies: [{ name: a, externalIPs: true }]\n",
            ["warning ingressController: neither"],
        ),
        ("bgp: null\n" + LINK + INGRESS, []),
        (
            "ingressController: {}\nbgp: { advertisements: [{ name: a, labels: { advertise: bgp }, advertisements: ["
            "{ type: PodCIDR }, { type: Service, addresses: [LoadBalancerIP],"
            " selector: { matchLabels: { cilium.io/ingress: 'true' } } }] }] }\n",
            [],
        ),
        (
            "ingressController: {}\nbgp: { advertisements: [{ name: a, labels: { advertise: bgp },"
            " advertisements: [{ type: PodCIDR }] }] }\n",
            ["warning ingressController: neither"],
        ),
        ("bgp: null\npools: []\n" + HOST_NETWORK, []),
        ("bgp: null\npools: []\n", []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("I4", patch)) == sorted(expected)
