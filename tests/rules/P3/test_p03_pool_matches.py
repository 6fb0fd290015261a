"""P3 beyond its fixtures: no enabled pool matches a LoadBalancer Service."""

from __future__ import annotations

import pytest

from tests.rules.helpers import services, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("pools: []\n", ["error services[0]: none of no pools"]),
        ("pools: [{ name: a, disabled: true, blocks: [{ cidr: 172.16.1.0/24 }] }]\n", ["error services[0]: none of a"]),
        ("pools: []\ncilium: { values: { defaultLBServiceIPAM: nodeipam } }\n", []),
        ("pools: []\n" + services("name: a, loadBalancerClass: metallb", "name: b, type: ClusterIP"), []),
        (
            "pools: [{ name: a, blocks: [{ cidr: 172.16.1.0/24 }],"
            " serviceSelector: { matchLabels: { io.kubernetes.service.namespace: default } } }]\n",
            [],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert told("P3", patch) == expected
