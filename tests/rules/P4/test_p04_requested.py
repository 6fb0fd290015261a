"""P4 beyond its fixtures: no matching pool can assign a requested address."""

from __future__ import annotations

import pytest

from tests.rules.helpers import services, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # The reserved first address, another's selector, no address at all, one address for two.
        (services("name: a, requestedIPs: [172.16.1.0]"), ["error services[0].requestedIPs: 172.16.1.0"]),
        (services("name: a, requestedIPs: [172.16.1.1, 172.16.1.254]"), []),
        (
            services("name: a, annotations: { lbipam.cilium.io/ips: '172.16.1.7, 172.16.9.7' }"),
            ["error services[0].annotations: 172.16.9.7"],
        ),
        (
            services("name: a, annotations: { io.cilium/lb-ipam-ips: 172.16.1.300 }"),
            ["error services[0].annotations: 172.16.1.300"],
        ),
        (
            "pools: [{ name: a, blocks: [{ cidr: 172.16.1.0/24 }], serviceSelector: { matchLabels: { t: x } } },"
            " { name: b, blocks: [{ cidr: 172.16.2.0/24 }] }]\n" + services("name: a, requestedIPs: [172.16.1.7]"),
            ["error services[0].requestedIPs: 172.16.1.7"],
        ),
        (
            services("name: a, requestedIPs: [172.16.1.7]", "name: b, requestedIPs: [172.16.1.7]"),
            ["error services[1].requestedIPs: 172.16.1.7, which services[0].requestedIPs asks for too"],
        ),
        (
            services(
                "name: a, requestedIPs: [172.16.1.7], annotations: { lbipam.cilium.io/sharing-key: web }",
                "name: b, port: 443, requestedIPs: [172.16.1.7], annotations: { lbipam.cilium.io/sharing-key: web }",
            ),
            [],
        ),
        (
            services(
                "name: a, requestedIPs: [172.16.1.7], annotations: { lbipam.cilium.io/sharing-key: web }",
                "name: b, port: 443, requestedIPs: [172.16.1.7], annotations: { lbipam.cilium.io/sharing-key: shop }",
            ),
            ["error services[1].requestedIPs: 172.16.1.7, which services[0].requestedIPs asks for too"],
        ),
        # Either of two pools may give it, from any of its blocks.
        (
            "pools: [{ name: a, blocks: [{ cidr: 172.16.1.0/24 }] },"
            " { name: b, blocks: [{ cidr: 172.16.2.0/28 }, { cidr: 172.16.3.0/28 }] }]\n"
            + services("name: a, requestedIPs: [172.16.3.7]"),
            [],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert told("P4", patch) == expected
