"""G17 beyond its fixtures: an Isovalent kind is used with open-source Cilium."""

from __future__ import annotations

import pytest

from tests.rules.helpers import PLAIN, egress, manifest, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            manifest("IsovalentEgressGatewayPolicy", "isovalent.com/v1"),
            ["error manifests[0].apiVersion: isovalent.com/v1 IsovalentEgressGatewayPolicy"],
        ),
        ("cilium: { edition: enterprise }\n" + manifest("IsovalentEgressGatewayPolicy", "isovalent.com/v1"), []),
        (egress(f"kind: CiliumEgressGatewayPolicy, {PLAIN}"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G17", patch)) == sorted(expected)
