"""G20 beyond its fixtures: zone affinity is set, and nodes or gateways are missing in a zone."""

from __future__ import annotations

import pytest

from tests.rules.helpers import PLAIN, W3, egress, told, zoned


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            egress(f"azAffinity: localOnlyFirst, egressGroups: [{{ {W3} }}]"),
            [
                "error egressPolicies[0].azAffinity: none",
                "warning egressPolicies[0].azAffinity: none on cilium-w1, cilium-w2",
            ],
        ),
        (zoned(None, "east", "east", "east") + egress(f"azAffinity: localOnly, egressGroups: [{{ {W3} }}]"), []),
        (zoned(None, "west", "east", "east") + egress(f"azAffinity: localOnlyFirst, egressGroups: [{{ {W3} }}]"), []),
        (
            zoned("north", "east", "east", "east", roles="wwww")
            + egress(f"azAffinity: localOnly, egressGroups: [{{ {W3} }}]"),
            ["error egressPolicies[0].azAffinity: none in north"],
        ),
        (egress(PLAIN), []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert sorted(told("G20", patch)) == sorted(expected)
