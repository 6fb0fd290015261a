"""P1 beyond its fixtures: blocks of pools overlap."""

from __future__ import annotations

import pytest

from tests.rules.helpers import POOL, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        # The same pool, ranges, the other family, a hole between two blocks.
        (POOL % "{ cidr: 172.16.1.0/24 }, { start: 172.16.1.9 }", ["error pools[0].blocks[1]: 172.16.1.9-172.16.1.9"]),
        (POOL % "{ cidr: 'fd00::/120' }, { cidr: 'fd00::80/121' }", ["error pools[0].blocks[1]: fd00::80-fd00::ff"]),
        (POOL % "{ cidr: 0.0.0.0/4 }, { cidr: '::/4' }, { start: 16.0.0.0, stop: 16.0.0.9 }", []),
        # A long block hides a short one: the third is in the first, not in the second.
        (
            POOL % "{ cidr: 172.16.1.0/24 }, { cidr: 172.16.1.0/30 }, { cidr: 172.16.1.64/30 }",
            ["error pools[0].blocks[0]: 172.16.1.0-172.16.1.255", "error pools[0].blocks[2]: 172.16.1.64-172.16.1.67"],
        ),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert told("P1", patch) == expected
