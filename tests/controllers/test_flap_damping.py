"""How often a gateway that flaps moves anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controllers.egress_ha.liveness.flap_damping import MEMORY, FlapDamping

TICK = 0.25


def moves(damping: FlapDamping, well: list[bool], start: float = 0.0) -> list[float]:
    """When it changed, from the second update on."""
    used = [damping.update(start + i * TICK, one) for i, one in enumerate(well)]
    return [start + i * TICK for i in range(1, len(used)) if used[i] != used[i - 1]]


def test_the_first_word_counts_and_the_first_loss_costs_nothing() -> None:
    assert moves(FlapDamping(60), [True, True, False, False, True, True]) == [2 * TICK, 4 * TICK]
    assert FlapDamping(60).update(0.0, False) is False


def test_one_that_flaps_stays_away_and_returns_when_it_is_well_for_good() -> None:
    """A second silent, a second well, for a minute."""
    damping = FlapDamping(60)
    assert len(moves(damping, [i % 8 < 4 for i in range(240)])) <= 4 and damping.serving is False
    back = moves(damping, [True] * 4 * 61, start=60)
    assert len(back) == 1 and damping.serving is True


@pytest.mark.parametrize("period", [4, 7, 8, 12, 20])
def test_it_moves_less_and_less(period: int) -> None:
    changes = moves(FlapDamping(60), [i % (2 * period) < period for i in range(240)])
    assert len(changes) <= 8
    # Each time it is away for no shorter than the time before.
    away = [back - lost for lost, back in zip(changes[0::2], changes[1::2], strict=False)]
    assert away == sorted(away)


def test_losses_are_forgotten() -> None:
    damping = FlapDamping(60)
    moves(damping, [True, False, True, False, False])
    assert len(damping.losses) == 2
    assert damping.update(MEMORY + 5 * TICK, True) is True


def test_each_loss_costs_more_up_to_a_limit() -> None:
    assert [FlapDamping(20).hold(n) for n in range(1, 6)] == [0, 1, 4, 16, 20]
    assert FlapDamping(60).hold(100_000) == 60


def test_one_that_has_just_missed_an_answer_does_not_return() -> None:
    """A link that is up for a second and silent for one: its next loss is not yet agreed on."""
    damping = FlapDamping(60)
    moves(damping, [True, False, True, False])
    assert not damping.update(10.0, True) and not damping.update(11.0, True, steady=False)
    assert not damping.update(11.9, True) and damping.update(12.0, True)
    # The first loss costs nothing but that.
    again = FlapDamping(60)
    moves(again, [True, False])
    assert not again.update(1.0, True, steady=False) and again.update(1.25, True)


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_it_is_never_used_while_it_is_not_well(words: list[bool]) -> None:
    damping = FlapDamping(60)
    for i, well in enumerate(words):
        assert well or not damping.update(i * TICK, well)
        damping.update(i * TICK, well)
