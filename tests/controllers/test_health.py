"""Whether a target answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controllers.egress_ha.liveness.health import Health, Thresholds


def fed(answers: str) -> Health:
    """`+` is an answer, `-` a miss."""
    health = Health(Thresholds())
    for sign in answers:
        health.update(sign == "+")
    return health


@pytest.mark.parametrize(
    ("answers", "up"),
    [
        ("", None),
        ("+", True),
        ("--", None),
        ("---", False),
        ("+--", True),
        ("+--+--", True),
        ("+---", False),
        ("+---++", False),
        ("+---+++", True),
        ("+---++-+++", True),
        ("---+++", True),
    ],
)
def test_thresholds(answers: str, up: bool | None) -> None:
    assert fed(answers).up is up


def test_a_change_is_told_once() -> None:
    health = Health(Thresholds())
    assert [health.update(sign == "+") for sign in "++---"] == [True, False, False, False, True]


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 5), st.integers(1, 5))
def test_no_change_without_a_row_of_the_same(answers: list[bool], misses: int, recoveries: int) -> None:
    health = Health(Thresholds(misses, recoveries))
    known = False
    for i, answered in enumerate(answers):
        was = health.up
        changed = health.update(answered)
        assert changed is (was is not health.up)
        row = misses if health.up is False else (recoveries if known else 1)
        if changed:
            assert len(set(answers[i - row + 1 : i + 1])) == 1 and i + 1 >= row
        known = known or health.up is not None


def test_one_that_never_answered_is_unknown_and_then_down() -> None:
    health = Health(Thresholds())
    assert [health.update(False) for _ in range(4)] == [False, False, True, False]
    assert health.up is False
    assert [health.update(True) for _ in range(3)] == [False, False, True]
