"""What one stream of requests noticed: pure, so that it can be checked without a lab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Sample:
    """One request: when it was sent (seconds after the fault), and who answered or what was seen (None: lost)."""

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
    """A stream's samples in the order in which they were sent; `spacing` in seconds."""

    stream: str
    samples: tuple[Sample, ...]
    spacing: float

    @property
    def lost(self) -> int:
        """Requests without an answer."""
        return sum(sample.answer is None for sample in self.samples)

    def black_out(self, until: float) -> float:
        """Seconds from the first loss to the last one of what was sent until then; one loss is one spacing."""
        times = [sample.at for sample in self.samples if sample.answer is None and sample.at <= until]
        return round(times[-1] - times[0] + self.spacing, 3) if times else 0.0

    def longest_silence(self, start: float, end: float) -> float:
        """The longest time between two requests within a time that should be full of them, in seconds."""
        moments = sorted((start, *(sample.at for sample in self.samples)))
        moments.append(max(end, moments[-1]))
        return max(later - earlier for earlier, later in pairwise(moments))

    def lost_after(self, at: float) -> int:
        """Requests that were sent after a moment and lost."""
        return sum(sample.answer is None and sample.at > at for sample in self.samples)

    def answers_at(self, start: float, end: float) -> set[str]:
        """Who answered within a time."""
        return {s.answer for s in self.samples if start <= s.at <= end and s.answer is not None}

    def since(self, answers: set[str], start: float) -> float | None:
        """From when on, after `start`, no other answers came; None where the last one is another.

        A lost request answers nothing, so that it moves nothing: losses are counted by `lost_after`.
        """
        found: float | None = None
        for sample in self.samples:
            if sample.at < start or sample.answer is None:
                continue
            found = (sample.at if found is None else found) if sample.answer in answers else None
        return found

    def spans(self) -> Iterator[Span]:
        """Runs of the same answer; a stream whose answers alternate (ECMP) has one run for all of them."""
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
    """A client's output, lines of `TIME ANSWER` with `-` for a loss; `fault` is when the fault began."""
    samples = []
    for line in text.splitlines():
        moment, _, answer = line.strip().partition(" ")
        if answer:
            samples.append(Sample(round(float(moment) - fault, 3), None if answer == "-" else answer))
    return Timeline(stream, tuple(sorted(samples, key=lambda sample: sample.at)), spacing)
