"""B18 beyond its fixtures: a cluster config's nodeSelector matches no node."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, second_config, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([second_config()], []),
        ([second_config(), lambda d: d.update(nodes=[], workloads=[])], ["error bgp.clusterConfigs[0].nodeSelector"]),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B18", *edits) == expected
