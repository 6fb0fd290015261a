"""B29 beyond its fixtures: Cilium does not aggregate Services with externalTrafficPolicy Local."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, entry, told_after

LOCAL: Edit = lambda d: d["services"][0].update(externalTrafficPolicy="Local")  # noqa: E731


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([LOCAL], []),
        ([lambda d: entry(d).update(aggregationLength=24)], []),
        ([LOCAL, lambda d: entry(d).update(aggregationLength=24, selector={"matchLabels": {"app": "other"}})], []),
        ([LOCAL, lambda d: (entry(d).update(aggregationLength=24), entry(d).pop("selector"))], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B29", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            [
                lambda d: entry(d).update(aggregationLength=24),
                lambda d: d["services"][0].update(externalTrafficPolicy="Local"),
            ],
            ["warning bgp.advertisements[1].advertisements[0].aggregationLength"],
            id="aggregation-is-ignored-not-dropped",
        ),
    ],
)
def test_a_wrong_stack_is_objected_to(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B29", *edits) == expected
