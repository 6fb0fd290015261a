"""How often a gateway that flaps moves anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controllers.egress_ha.liveness.flap_damping import MEMORY, Patience

TICK = 0.25


def moves(patience: Patience, well: list[bool], start: float = 0.0) -> list[float]:
    """When it changed, from the second word on."""
    told = [patience.told(start + i * TICK, one) for i, one in enumerate(well)]
    return [start + i * TICK for i in range(1, len(told)) if told[i] != told[i - 1]]


def test_the_first_word_counts_and_the_first_loss_costs_nothing() -> None:
    assert moves(Patience(60), [True, True, False, False, True, True]) == [2 * TICK, 4 * TICK]
    assert Patience(60).told(0.0, False) is False


def test_one_that_flaps_stays_away_and_returns_when_it_is_well_for_good() -> None:
    """A second silent, a second well, for a minute."""
    patience = Patience(60)
    assert len(moves(patience, [i % 8 < 4 for i in range(240)])) <= 4 and patience.serving is False
    back = moves(patience, [True] * 4 * 61, start=60)
    assert len(back) == 1 and patience.serving is True


@pytest.mark.parametrize("period", [4, 7, 8, 12, 20])
def test_it_moves_less_and_less(period: int) -> None:
    changes = moves(Patience(60), [i % (2 * period) < period for i in range(240)])
    assert len(changes) <= 8
    # Each time it is away for no shorter than the time before.
    away = [back - lost for lost, back in zip(changes[0::2], changes[1::2], strict=False)]
    assert away == sorted(away)


def test_losses_are_forgotten() -> None:
    patience = Patience(60)
    moves(patience, [True, False, True, False, False])
    assert len(patience.losses) == 2
    assert patience.told(MEMORY + 5 * TICK, True) is True


def test_each_loss_costs_more_up_to_a_limit() -> None:
    assert [Patience(20).hold(n) for n in range(1, 6)] == [0, 1, 4, 16, 20]
    assert Patience(60).hold(100_000) == 60


def test_one_that_has_just_missed_an_answer_does_not_return() -> None:
    """A link that is up for a second and silent for one: its next loss is not yet agreed on."""
    patience = Patience(60)
    moves(patience, [True, False, True, False])
    assert not patience.told(10.0, True) and not patience.told(11.0, True, steady=False)
    assert not patience.told(11.9, True) and patience.told(12.0, True)
    # The first loss costs nothing but that.
    again = Patience(60)
    moves(again, [True, False])
    assert not again.told(1.0, True, steady=False) and again.told(1.25, True)


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_it_is_never_used_while_it_is_not_well(words: list[bool]) -> None:
    patience = Patience(60)
    for i, well in enumerate(words):
        assert well or not patience.told(i * TICK, well)
        patience.told(i * TICK, well)
