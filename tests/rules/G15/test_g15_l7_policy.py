"""G15 beyond its fixtures: an egress gateway and the Envoy proxy share a datapath."""

from __future__ import annotations

import pytest

from tests.rules.helpers import PLAIN, W23, egress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("cilium: { edition: enterprise }\n" + egress(PLAIN), []),
        (egress(f"egressGroups: [{{ {W23} }}]"), []),
        (
            "cilium: { edition: enterprise, values: { l7Proxy: 'false' } }\n" + egress(f"egressGroups: [{{ {W23} }}]"),
            [],
        ),
        ("cilium: { edition: enterprise }\n" + egress(f"kind: IsovalentEgressGatewayPolicy, {PLAIN}"), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G15", patch)) == sorted(expected)
