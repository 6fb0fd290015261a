"""B27 beyond its fixtures: an FRR router without policies exchanges no eBGP routes."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, router, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: router(d).update(ebgpRequiresPolicy=True, neighbors=[])], []),
        (
            [
                lambda d: router(d).update(ebgpRequiresPolicy=True),
                lambda d: router(d)["peerGroups"][0].update(remoteAs="internal"),
            ],
            [],
        ),
        (
            [
                lambda d: router(d).update(
                    ebgpRequiresPolicy=True, neighbors=[{"address": "192.168.10.1", "remoteAs": 65000}]
                )
            ],
            [],
        ),
        (
            [
                lambda d: router(d).update(
                    ebgpRequiresPolicy=True, neighbors=[{"address": "192.168.10.1", "remoteAs": 65009}]
                )
            ],
            ["error routers[0].bgp.ebgpRequiresPolicy"],
        ),
        (
            [
                lambda d: router(d).update(
                    ebgpRequiresPolicy=True,
                    neighbors=[],
                    listenRanges=[{"prefix": "192.168.0.0/16", "peerGroup": "CILIUM"}],
                )
            ],
            ["error routers[0].bgp.ebgpRequiresPolicy"],
        ),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B27", *edits) == expected
