"""R5 beyond its fixtures: the next hop of a static route is on no link of its host."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: d["nodes"][0]["routes"].append({"to": "10.0.0.0/8", "via": "203.0.113.1"})],
            ["warning nodes[0].routes[1].via"],
        ),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("R5", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: d["routers"][0].update(staticRoutes=[{"to": "10.50.0.0/16", "via": "203.0.113.1"}])],
            ["error routers[0].staticRoutes[0].via"],
        ),
        (
            [
                lambda d: d["routers"][0].update(
                    staticRoutes=[{"to": "10.50.0.0/16", "via": "203.0.113.1", "interface": "eth1"}]
                )
            ],
            [],
        ),
        (
            [lambda d: d["routers"][0].update(staticRoutes=[{"to": "fd00::/64", "via": "fd00:1::1"}])],
            ["error routers[0].staticRoutes[0].via"],
        ),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("R5", *edits) == expected
