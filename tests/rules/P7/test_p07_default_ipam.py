"""P7 beyond its fixtures: a Service has no class, and LB-IPAM is off for Services without a class."""

from __future__ import annotations

import pytest

from tests.rules.helpers import told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # LB-IPAM is on unless somebody turns it off.
        ("", []),
        ("cilium: { values: { defaultLBServiceIPAM: lbipam } }\n", []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert told("P7", patch) == expected
