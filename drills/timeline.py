"""Effects of a fault on one stream of requests. Pure, so that tests need no lab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

# Seconds after the loss before it. In a black-out that meets a quarter of 50 requests a second, one gap of a thousand
# is longer.
_ALONE = 0.5


@dataclass(frozen=True)
class Sample:
    """One request. `at`: seconds after the fault. `answer`: the server or the observed source; None: lost."""

    at: float
    answer: str | None


@dataclass(frozen=True)
class Span:
    """Consecutive requests with the same answer."""

    start: float
    end: float
    answer: str | None
    count: int


@dataclass(frozen=True)
class Timeline:
    """A stream's samples in sending order; `spacing` in seconds."""

    stream: str
    samples: tuple[Sample, ...]
    spacing: float

    @property
    def lost(self) -> int:
        """Requests without an answer."""
        return sum(sample.answer is None for sample in self.samples)

    def black_out(self, until: float, strays: int = 0) -> float:
        """Seconds from the first to the last loss among requests sent until `until`; a single loss is one spacing.

        At the end, up to `strays` losses do not count: each comes half a second after the loss before it.
        """
        times = [sample.at for sample in self.samples if sample.answer is None and sample.at <= until]
        while strays and len(times) > 1 and times[-1] - times[-2] > _ALONE:
            times, strays = times[:-1], strays - 1
        return round(times[-1] - times[0] + self.spacing, 3) if times else 0.0

    def longest_silence(self, start: float, end: float) -> float:
        """The longest time between two requests in a period that should be full of requests, in seconds."""
        moments = sorted((start, *(sample.at for sample in self.samples)))
        moments.append(max(end, moments[-1]))
        return max(later - earlier for earlier, later in pairwise(moments))

    def lost_after(self, at: float) -> int:
        """The number of lost requests among those sent after `at`."""
        return sum(sample.answer is None and sample.at > at for sample in self.samples)

    def answers_at(self, start: float, end: float) -> set[str]:
        """The servers that answered in a period."""
        return {s.answer for s in self.samples if start <= s.at <= end and s.answer is not None}

    def since(self, answers: set[str], start: float) -> float | None:
        """The time after `start` from which all answers are among `answers`; None if the last answer is not.

        Lost requests do not count here: `lost_after` counts them.
        """
        found: float | None = None
        for sample in self.samples:
            if sample.at < start or sample.answer is None:
                continue
            found = (sample.at if found is None else found) if sample.answer in answers else None
        return found

    def spans(self) -> Iterator[Span]:
        """Runs of the same answer. A stream with alternating answers (ECMP) has one run for all of them."""
        mixed = _alternates(self.samples)
        start = 0
        label = [None if s.answer is None else ("answered" if mixed else s.answer) for s in self.samples]
        for index in range(1, len(label) + 1):
            if index == len(label) or label[index] != label[start]:
                yield Span(self.samples[start].at, self.samples[index - 1].at, label[start], index - start)
                start = index


def _alternates(samples: Sequence[Sample]) -> bool:
    before = [s.answer for s in samples if s.at < 0 and s.answer is not None]
    return len(set(before)) > 1


def parsed(stream: str, text: str, fault: float, spacing: float) -> Timeline:
    """Parse a client's output: lines of `TIME ANSWER`, with `-` for a loss. `fault`: start time of the fault."""
    samples = []
    for line in text.splitlines():
        moment, _, answer = line.strip().partition(" ")
        if answer:
            samples.append(Sample(round(float(moment) - fault, 3), None if answer == "-" else answer))
    return Timeline(stream, tuple(sorted(samples, key=lambda sample: sample.at)), spacing)
