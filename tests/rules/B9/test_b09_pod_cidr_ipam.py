"""B9 beyond its fixtures: PodCIDR is advertised, but the IPAM mode assigns no PodCIDR to nodes."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, entry, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: entry(d, 0).update(type="CiliumPodIPPool"), lambda d: d["cilium"].update(ipam="multi-pool")], []),
        ([lambda d: d["cilium"].update(ipam="cluster-pool")], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B9", *edits) == expected
