"""B10 beyond its fixtures: an advertisement entry has fields that its type does not allow."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, entry, told_after


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (
            [lambda d: entry(d, 0).update(addresses=["ClusterIP"])],
            ["error bgp.advertisements[0].advertisements[0].addresses"],
        ),
        (
            [lambda d: entry(d, 0).update(aggregationLength=24)],
            ["error bgp.advertisements[0].advertisements[0].aggregationLength"],
        ),
    ],
)
def test_a_branch(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B10", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        # The API takes 1 to 31, and Cilium leaves Services with policy Local out of the aggregate.
        pytest.param(
            [lambda d: entry(d).update(aggregationLength=32)],
            ["error bgp.advertisements[1].advertisements[0].aggregationLength"],
            id="an-aggregate-of-one-address",
        ),
    ],
)
def test_a_wrong_stack_is_objected_to(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B10", *edits) == expected
