"""B32 beyond its fixtures: the BGP status report is off in a small cluster."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, helm, nodes, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: d["cilium"].update(bgpStatusReport=False)], ["warning cilium.bgpStatusReport"]),
        ([lambda d: d["cilium"].update(bgpStatusReport=False), nodes(199)], ["warning cilium.bgpStatusReport"]),
        ([lambda d: d["cilium"].update(bgpStatusReport=False), nodes(200)], []),
        ([lambda d: d["cilium"].update(bgpStatusReport=False, version="1.16.5")], []),
        ([lambda d: d["cilium"].update(bgpStatusReport=False, version="1.17.0")], ["warning cilium.bgpStatusReport"]),
        ([lambda d: d.pop("bgp"), helm(bgpControlPlane={"statusReport": {"enabled": False}})], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B32", *edits) == expected
