"""P10 beyond its fixtures: a change of a pool takes the address of a live Service away."""

from __future__ import annotations

import pytest

from tests.rules.helpers import told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # A pool gone, disabled, narrowed by its selector, narrowed by its reserved addresses.
        ("before: {}\npools: []\n", ["warning pools: nothing"]),
        (
            "before: {}\npools: [{ name: cilium-pool, disabled: true, blocks: [{ cidr: 172.16.1.0/24 }] }]\n",
            ["warning pools[0].disabled: true"],
        ),
        (
            "before: {}\npools: [{ name: cilium-pool, blocks: [{ cidr: 172.16.1.0/24 }],"
            " serviceSelector: { matchLabels: { app: shop } } }]\n",
            ["warning pools[0].serviceSelector: another one"],
        ),
        (
            "before: { pools: [{ name: cilium-pool, blocks: [{ cidr: 172.16.1.0/24 }] }] }\n",
            ["warning pools[0].blocks: 172.16.1.0-172.16.1.255 removed"],
        ),
        ("", []),
        ("before: {}\n", []),
        (
            "before: {}\npools: [{ name: cilium-pool, blocks: [{ start: 172.16.1.1, stop: 172.16.1.99 },"
            " { start: 172.16.1.101, stop: 172.16.1.254 }] }]\n",
            ["warning pools[0].blocks: 172.16.1.1-172.16.1.254 removed"],
        ),
        # The same numbers in the other family are other addresses.
        (
            "before: {}\npools: [{ name: cilium-pool, blocks: [{ cidr: '::ac10:100/120' }] }]\n",
            ["warning pools[0].blocks: 172.16.1.1-172.16.1.254 removed"],
        ),
        ("before: {}\npools: [{ name: cilium-pool, blocks: [{ cidr: 172.16.0.0/16 }, { cidr: '::/120' }] }]\n", []),
        (
            "before: {}\n" + "pools: [{ name: cilium-pool, blocks: [{ cidr: 172.16.1.0/25 },"
            " { cidr: 172.16.1.128/25 }] }]\n",
            [],
        ),
        ("before: {}\n" + "pools: [{ name: cilium-pool, blocks: [{ cidr: 172.16.0.0/16 }] }]\n", []),
        ("before: { pools: [{ name: cilium-pool, disabled: true, blocks: [{ cidr: 172.16.7.0/24 }] }] }\n", []),
        (
            "before: { pools: [{ name: cilium-pool, serviceSelector: { matchLabels: { app: webpod } },"
            " blocks: [{ start: 172.16.1.1, stop: 172.16.1.9 }] }] }\n",
            [],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert told("P10", patch) == expected
