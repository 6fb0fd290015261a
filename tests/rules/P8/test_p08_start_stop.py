"""P8 beyond its fixtures: start and stop of one range are two items of the list."""

from __future__ import annotations

import pytest

from tests.rules.helpers import POOL, told


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            POOL % "{ start: 172.16.1.1 }, { start: 172.16.1.3 }",
            ["warning pools[0].blocks[1]: two blocks of one address each"],
        ),
        (POOL % "{ start: 172.16.1.99 }, { cidr: 172.16.1.0/28 }", []),
        (POOL % "{ start: 172.16.1.1 }, { start: 172.16.1.2 }", []),
        (POOL % "{ start: 172.16.1.1, stop: 172.16.1.3 }, { start: 172.16.1.9 }", []),
        (POOL % "{ start: 172.16.1.1 }, { start: 172.16.1.7, stop: 172.16.1.9 }", []),
        (POOL % "{ start: 172.16.1.1 }, { start: 'fd00::9' }", []),
        (POOL % "{ cidr: 172.16.1.0/28 }, { start: 172.16.1.99 }", []),
    ],
)
def test_a_stack_is_told_what_is_wrong_with_it(patch: str, expected: list[str]) -> None:
    assert told("P8", patch) == expected
