"""What the replicas agree on, over any views."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.net import Address
from controllers.egress_ha.replica.quorum import ReplicaView, agree

GATEWAYS = [ip_address(f"10.0.0.{n}") for n in range(1, 5)]
words = st.dictionaries(st.sampled_from(GATEWAYS), st.booleans())


def views(own: dict[Address, bool], others: list[dict[Address, bool]]) -> tuple[ReplicaView, list[ReplicaView]]:
    return ReplicaView("own", own), [ReplicaView(f"r{i}", up) for i, up in enumerate(others)]


@given(words, st.lists(words, max_size=3), words)
def test_whom_anybody_reaches_serves_and_who_is_withdrawn_is_missed_by_all(
    own: dict[Address, bool], others: list[dict[Address, bool]], before: dict[Address, bool]
) -> None:
    result = agree(*views(own, others), before)
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
    first = agree(*views(own, others), before)
    assert agree(*views(own, others), first) == first


@given(words, words, words)
def test_replicas_that_agreed_before_agree_again(
    one: dict[Address, bool], two: dict[Address, bool], before: dict[Address, bool]
) -> None:
    """Whoever leads next moves nothing, as long as one of them sees anything."""
    a, b = ReplicaView("a", one), ReplicaView("b", two)
    if any(one.values()) or any(two.values()):
        assert agree(a, [b], before) == agree(b, [a], before)


A, B, C = GATEWAYS[:3]


def test_a_zone_is_lost_and_the_witness_in_it_with_it() -> None:
    """A and the other replica stand in the zone that went: what is left acts on its own word."""
    assert agree(ReplicaView("own", {A: False, B: True}), [], {A: True, B: True}) == {A: False, B: True}


def test_the_last_gateway_goes_when_two_that_see_others_say_so() -> None:
    own, other = ReplicaView("own", {A: True, B: False}), ReplicaView("r", {B: False, C: True})
    assert agree(own, [other], {B: True}) == {A: True, B: False, C: True}


def test_a_replica_that_just_started_does_not_count_as_a_second_word() -> None:
    assert agree(ReplicaView("own", {A: False}), [ReplicaView("new", {})], {A: True}) == {A: True}


def test_the_last_gateway_that_is_lost_stays_and_another_relieves_it() -> None:
    before = {A: False, B: True}
    both_down = agree(ReplicaView("own", {A: False, B: False}), [ReplicaView("r", {A: False, B: False})], before)
    assert both_down == before
    assert agree(ReplicaView("own", {A: True, B: False}), [], both_down) == {A: True, B: False}


def test_a_blind_view_alone_takes_nothing_away() -> None:
    assert agree(ReplicaView("own", {A: False}), [], {A: True, B: True}) == {A: True, B: True}


# --- by example ---


def view(name: str, **up: bool) -> ReplicaView:
    return ReplicaView(name, {{"a": A, "b": B}[key]: value for key, value in up.items()})


BOTH = {A: True, B: True}


@pytest.mark.parametrize(
    ("own", "others", "before", "expected"),
    [
        # All say so.
        (view("1", a=False, b=True), [view("2", a=False, b=True)], BOTH, {A: False, B: True}),
        # One that is cut off from it does not take it away from the others.
        (view("1", a=False, b=True), [view("2", a=True, b=True)], BOTH, BOTH),
        (view("1", a=True, b=True), [view("2", a=False, b=True)], BOTH, BOTH),
        # One that sees nothing at all is blind.
        (view("1", a=False, b=True), [view("2", a=False, b=False)], BOTH, {A: False, B: True}),
        (view("1", a=False, b=False), [view("2", a=False, b=True)], BOTH, {A: False, B: True}),
        # Alone: one of several goes, the last one stays.
        (view("1", a=False, b=True), [], BOTH, {A: False, B: True}),
        (view("1", a=False, b=False), [], {A: False, B: True}, {A: False, B: True}),
        # Two that see nothing: both blind, so nothing changes.
        (view("1", a=False, b=False), [view("2", a=False, b=False)], {A: False, B: True}, {A: False, B: True}),
        # One that has no word on it yet says nothing.
        (view("1", b=True), [view("2", a=False, b=True)], BOTH, {A: False, B: True}),
        (view("1", b=True), [], {B: True}, {B: True}),
        # At the start nothing was agreed: what is seen counts.
        (view("1", a=True, b=False), [], {}, {A: True, B: False}),
    ],
)
def test_what_is_agreed(
    own: ReplicaView, others: list[ReplicaView], before: dict[object, bool], expected: dict[object, bool]
) -> None:
    assert agree(own, others, before) == expected  # type: ignore[arg-type]
