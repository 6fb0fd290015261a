"""B30 beyond its fixtures: localPreference is set for an eBGP peer."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, entry, instance, peer, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: entry(d, 0).update(localPreference=200)],
            ["warning bgp.advertisements[0].advertisements[0].localPreference"],
        ),
        ([lambda d: entry(d, 0).update(localPreference=200), lambda d: instance(d).update(localASN=65000)], []),
        ([lambda d: entry(d, 0).update(localPreference=200), lambda d: peer(d).pop("asn")], []),
        ([lambda d: entry(d, 0).update(localPreference=200), lambda d: peer(d).pop("peerConfigRef")], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B30", *edits) == expected
