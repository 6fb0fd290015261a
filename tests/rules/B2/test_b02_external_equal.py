"""B2 beyond its fixtures: `remote-as external` or `internal` contradicts the neighbor's AS number."""

from __future__ import annotations

import pytest

from tests.rules.helpers import INSTANCE, Edit, instance, router, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: router(d)["peerGroups"][0].update(remoteAs="internal")], [f"error {INSTANCE}.localASN"]),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B2", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: router(d)["peerGroups"][0].update(remoteAs="internal"), lambda d: instance(d).pop("localASN")], []),
        (
            [
                lambda d: router(d)["peerGroups"][0].update(remoteAs="internal"),
                lambda d: instance(d).update(localASN=65000),
            ],
            [],
        ),
        ([lambda d: router(d)["peerGroups"][0].update(remoteAs=65001)], []),
        (
            [lambda d: router(d)["peerGroups"][0].update(remoteAs=65000), lambda d: instance(d).update(localASN=65000)],
            [],
        ),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B2", *edits) == expected
