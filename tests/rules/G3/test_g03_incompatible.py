"""G3 beyond its fixtures: a feature is incompatible with the egress gateway."""

from __future__ import annotations

import pytest

from tests.rules.helpers import PLAIN, egress, told, values


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            egress(PLAIN) + values("identityAllocationMode: kvstore, underlayProtocol: ipv6"),
            ["error cilium.values.identityAllocationMode: kvstore", "error cilium.values.underlayProtocol: ipv6"],
        ),
        (egress(PLAIN) + values("identityAllocationMode: crd, underlayProtocol: ipv4"), []),
        (values("ciliumEndpointSlice: { enabled: true }"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G3", patch)) == sorted(expected)
