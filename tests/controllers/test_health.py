"""Whether a gateway answers, and what several vantage points agree on."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from controllers.egress_ha.liveness.health import Health, Thresholds
from controllers.egress_ha.replica.quorum import View, agreed

A, B = ip_address("10.0.0.1"), ip_address("10.0.0.2")


def fed(answers: str) -> Health:
    """`+` is an answer, `-` a miss."""
    health = Health(Thresholds())
    for sign in answers:
        health.probed(sign == "+")
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
    assert [health.probed(sign == "+") for sign in "++---"] == [True, False, False, False, True]


def view(name: str, **up: bool) -> View:
    return View(name, {{"a": A, "b": B}[key]: value for key, value in up.items()})


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
    own: View, others: list[View], before: dict[object, bool], expected: dict[object, bool]
) -> None:
    assert agreed(own, others, before) == expected  # type: ignore[arg-type]
