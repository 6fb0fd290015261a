"""The rounds of a proof: since when each row has been green."""

from __future__ import annotations

from typing import Any, cast

import pytest

from probes import verify
from probes.collector import Collector
from probes.observations import Observations
from probes.verdict import Verdict, judged


class Asked:
    """A collector without a stack: the rounds are given."""

    def within(self, seconds: float) -> None: ...


def rounds(monkeypatch: pytest.MonkeyPatch, *given: list[Verdict]) -> list[list[float]]:
    """The seconds of every row in each round."""
    left = list(given)
    seen: list[list[float]] = []
    monkeypatch.setattr(verify, "one_round", lambda collector: (left.pop(0), cast(Observations, None)))
    verify.verify(cast(Collector, Asked()), 20, lambda verdicts, seconds: seen.append([v.seconds for v in verdicts]))
    assert left == []
    return seen


def row(where: str, good: bool, subject: str = "10.0.0.0/24") -> Verdict:
    return judged("rib", subject, good, "a route", "-", where)


def test_a_red_row_on_one_router_leaves_the_seconds_of_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = rounds(
        monkeypatch, [row("tor-a", True), row("tor-b", False)], [row("tor-a", True), row("tor-b", True)]
    )
    assert second[0] == first[0] < second[1]


@pytest.mark.parametrize("between", [[], [row("tor-a", False)], [row("tor-a", True), row("tor-a", False)]])
def test_a_row_counts_from_its_last_return(monkeypatch: pytest.MonkeyPatch, between: Any) -> None:
    other = row("tor-b", False)
    found = rounds(monkeypatch, [row("tor-a", True), other], [*between, other], [row("tor-a", True)])
    assert found[-1][0] > found[0][0] + 0.5
