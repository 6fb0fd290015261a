"""P9 beyond its fixtures: a pool or a Service uses an old name of LB-IPAM."""

from __future__ import annotations

import pytest

from tests.rules.helpers import services, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # Another kind's cidrs, and a pool without a spec.
        (
            "manifests:\n  - { apiVersion: cilium.io/v2alpha1, kind: CiliumCIDRGroup, metadata: { name: a },"
            " spec: { cidrs: [] } }\n"
            "  - { apiVersion: cilium.io/v2, kind: CiliumLoadBalancerIPPool, metadata: { name: b } }\n",
            [],
        ),
        (
            services("name: a, annotations: { io.cilium/lb-ipam-ips: 172.16.1.7 }"),
            ["warning services[0].annotations: io.cilium/lb-ipam-ips"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert told("P9", patch) == expected
