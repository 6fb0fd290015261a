"""P12 beyond its fixtures: clients cannot reach a VIP the way it is announced."""

from __future__ import annotations

import pytest

from tests.rules.helpers import L2, POOL, W3, told, with_net0

NOT_W3 = "nodeSelector: { matchExpressions: [{ key: kubernetes.io/hostname, operator: NotIn, values: [cilium-w3] }] }, "
EVERY = "l2Policies: [{ name: every, loadBalancerIPs: true }]\n"
# A second link of cilium-w3, and the agents' devices.
OTHER = with_net0("172.18.0.42/16") + "cilium: { values: { devices: '%s' } }\n"


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # L2 alone wants the link; with both announcers everything is reachable.
        ("bgp: null\n" + L2, ["warning pools[0].blocks[0]: 172.16.1.0-172.16.1.255"]),
        ("bgp: null\n" + L2 + POOL % "{ cidr: 192.168.20.240/28 }", []),
        (
            "bgp: null\n" + L2 + POOL % "{ start: 192.168.10.250, stop: 192.168.11.9 }",
            ["warning pools[0].blocks[0]: 192.168.10.250-192.168.11.9"],
        ),
        # The link of the only node that a policy does not select, and one that the agents' devices leave out.
        (
            "bgp: null\n"
            + L2.replace("loadBalancerIPs", NOT_W3 + "loadBalancerIPs")
            + POOL % "{ cidr: 192.168.20.240/28 }",
            ["warning pools[0].blocks[0]: 192.168.20.240-192.168.20.255"],
        ),
        (
            "bgp: null\n"
            + L2.replace("loadBalancerIPs", f"{W3}, loadBalancerIPs")
            + POOL % "{ cidr: 192.168.20.240/28 }",
            [],
        ),
        (
            "bgp: null\n" + EVERY + OTHER % "eth1" + POOL % "{ cidr: 172.18.0.240/28 }",
            ["warning pools[0].blocks[0]: 172.18.0.240-172.18.0.255"],
        ),
        ("bgp: null\n" + EVERY + OTHER % "eth+, net0" + POOL % "{ cidr: 172.18.0.240/28 }", []),
        (
            POOL % "{ cidr: 192.168.20.0/30 }",
            ["warning pools[0].blocks[0]: 192.168.20.0-192.168.20.3 inside 192.168.20.0/24"],
        ),
        (L2 + POOL % "{ cidr: 192.168.10.240/28 }, { cidr: 172.16.1.0/24 }", []),
        ("bgp: null\n" + POOL % "{ cidr: 192.168.10.240/28 }", []),
        (POOL % "{ cidr: 10.10.1.128/28 }", []),
        (POOL % "{ cidr: 'fd00::/120' }", []),
        (POOL % "{ cidr: '::c0a8:af0/124' }", []),
        (
            POOL % "{ cidr: 192.168.10.240/28 }" + "bgp: { advertisements: [{ name: a, labels: { advertise: bgp },"
            " advertisements: [{ type: PodCIDR }] }] }\n",
            [],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert told("P12", patch) == expected
