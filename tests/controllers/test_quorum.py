"""What is agreed, over any views; and what it takes to change a view."""

from __future__ import annotations

from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from config.net import Address
from controllers.egress_ha.liveness.health import Health, Thresholds
from controllers.egress_ha.replica.quorum import View, agreed

GATEWAYS = [ip_address(f"10.0.0.{n}") for n in range(1, 5)]
words = st.dictionaries(st.sampled_from(GATEWAYS), st.booleans())


def views(own: dict[Address, bool], others: list[dict[Address, bool]]) -> tuple[View, list[View]]:
    return View("own", own), [View(f"r{i}", up) for i, up in enumerate(others)]


@given(words, st.lists(words, max_size=3), words)
def test_whom_anybody_reaches_serves_and_who_is_withdrawn_is_missed_by_all(
    own: dict[Address, bool], others: list[dict[Address, bool]], before: dict[Address, bool]
) -> None:
    result = agreed(*views(own, others), before)
    seeing = [up for up in (own, *others) if not up or any(up.values())]
    for gateway, serves in result.items():
        told = [up[gateway] for up in seeing if gateway in up]
        if any(told):
            assert serves
        if serves and not any(told):
            # Nobody reaches it: then it is kept because nobody has a word on it, or as one of the last.
            assert before[gateway] and (not told or len(seeing) < 2)
        if before.get(gateway) and not serves:
            assert told and not any(told)
    if any(before.values()) and not any(result.values()):
        assert len(seeing) > 1
    assert result.keys() == own.keys() | before.keys() | {g for up in others for g in up}


@given(words, st.lists(words, max_size=3), words)
def test_what_is_agreed_is_agreed_again(
    own: dict[Address, bool], others: list[dict[Address, bool]], before: dict[Address, bool]
) -> None:
    first = agreed(*views(own, others), before)
    assert agreed(*views(own, others), first) == first


@given(words, words, words)
def test_replicas_that_agreed_before_agree_again(
    one: dict[Address, bool], two: dict[Address, bool], before: dict[Address, bool]
) -> None:
    """Whoever leads next moves nothing, as long as one of them sees anything."""
    a, b = View("a", one), View("b", two)
    if any(one.values()) or any(two.values()):
        assert agreed(a, [b], before) == agreed(b, [a], before)


A, B, C = GATEWAYS[:3]


def test_a_zone_is_lost_and_the_witness_in_it_with_it() -> None:
    """A and the other replica stand in the zone that went: what is left acts on its own word."""
    assert agreed(View("own", {A: False, B: True}), [], {A: True, B: True}) == {A: False, B: True}


def test_the_last_gateway_goes_when_two_that_see_others_say_so() -> None:
    own, other = View("own", {A: True, B: False}), View("r", {B: False, C: True})
    assert agreed(own, [other], {B: True}) == {A: True, B: False, C: True}


def test_a_replica_that_just_started_does_not_count_as_a_second_word() -> None:
    assert agreed(View("own", {A: False}), [View("new", {})], {A: True}) == {A: True}


def test_the_last_gateway_that_is_lost_stays_and_another_relieves_it() -> None:
    before = {A: False, B: True}
    both_down = agreed(View("own", {A: False, B: False}), [View("r", {A: False, B: False})], before)
    assert both_down == before
    assert agreed(View("own", {A: True, B: False}), [], both_down) == {A: True, B: False}


def test_a_blind_view_alone_takes_nothing_away() -> None:
    assert agreed(View("own", {A: False}), [], {A: True, B: True}) == {A: True, B: True}


# --- health ---


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 5), st.integers(1, 5))
def test_no_change_without_a_row_of_the_same(answers: list[bool], misses: int, recoveries: int) -> None:
    health = Health(Thresholds(misses, recoveries))
    known = False
    for i, answered in enumerate(answers):
        was = health.up
        changed = health.probed(answered)
        assert changed is (was is not health.up)
        row = misses if health.up is False else (recoveries if known else 1)
        if changed:
            assert len(set(answers[i - row + 1 : i + 1])) == 1 and i + 1 >= row
        known = known or health.up is not None


def test_one_that_never_answered_is_unknown_and_then_down() -> None:
    health = Health(Thresholds())
    assert [health.probed(False) for _ in range(4)] == [False, False, True, False]
    assert health.up is False
    assert [health.probed(True) for _ in range(3)] == [False, False, True]
