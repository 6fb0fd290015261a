"""R4 beyond its fixtures: a `network` statement names a prefix that is not in the router's RIB."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, router, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: router(d).update(networks=["10.99.0.0/24"])], ["warning routers[0].bgp.networks[0]"]),
        ([lambda d: router(d).update(networks=["10.99.0.0/24"], importCheck=False)], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("R4", *edits) == expected
