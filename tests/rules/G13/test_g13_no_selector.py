"""G13 beyond its fixtures: a policy selects no pods."""

from __future__ import annotations

import pytest

from tests.rules.helpers import PLAIN, egress, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # A namespace is enough.
        (
            egress(f"selectors: [], destinationCIDRs: [172.18.0.0/16], {PLAIN}"),
            ["error egressPolicies[0].selectors: none"],
        ),
        (
            egress(f"selectors: [{{ namespaceSelector: {{}} }}, {{}}], destinationCIDRs: [172.18.0.0/16], {PLAIN}"),
            ["error egressPolicies[0].selectors[1]: neither"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G13", patch)) == sorted(expected)
