"""Runs a drill and judges its outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import inf

from config.errors import EdgeError
from drills.addresses import addressed
from drills.drill import Drill, Stream, Testbed
from drills.timeline import Timeline, parsed
from drills.traffic import SPACING, TIMEOUT, arguments
from drills.uninterrupted import uninterrupted
from failures.foresee import longest

Say = Callable[[str], None]
_HEAL_TIMEOUT = 120.0
# Seconds that a client on a busy machine may be late.
_STILL = 2.0


@dataclass
class Outcome:
    """The outcome of a drill. `failures`: reasons why it failed; empty if it passed."""

    drill: Drill
    healed_at: float
    recovered: float | None
    timelines: list[tuple[Stream, Timeline]]
    failures: list[str] = field(default_factory=list)
    # Seconds of black-out that `edge plan --failures` predicts; None without a prediction.
    foreseen: float | None = None

    @property
    def watched(self) -> float:
        """The time until which losses count for the fault: the healing, or the end if the drill has no `back`."""
        return self.healed_at if self.drill.back is not None else float("inf")

    def black_out(self, stream: Stream, timeline: Timeline) -> float:
        """The seconds of a stream's black-out for which the fault counts."""
        return timeline.black_out(self.watched, stream.strays)

    @property
    def passed(self) -> bool:
        """Whether the drill kept all promises."""
        return not self.failures


def hold_all(drills: Sequence[Drill], testbed: Testbed, say: Say) -> Iterator[Outcome]:
    """Hold drills in sequence, each after the rest that it needs."""
    last = -inf
    for drill in drills:
        rest = drill.rest - (time.monotonic() - last)
        if rest > 0:
            say(f"{drill.name}: waiting {rest:.0f} s, until the effects of the last drill are over")
            time.sleep(rest)
        outcome = hold(drill, testbed, say)
        last = time.monotonic()
        yield outcome


def hold(drill: Drill, testbed: Testbed, say: Say) -> Outcome:
    """Run traffic, fault, healing and judgement. Any error in between still leads to healing and restoring.

    Raises EdgeError before anything is touched if the testbed lacks what the drill needs.
    """
    drill.needs(testbed)
    try:
        drill.prepare(testbed)
        return _hold(drill, testbed, say)
    finally:
        with uninterrupted():
            drill.restore(testbed)


def _hold(drill: Drill, testbed: Testbed, say: Say) -> Outcome:
    if _wait(drill, testbed, f"{drill.name}: waiting until all is well", say) is None:
        raise EdgeError(
            f"{drill.name}: the stack is not well after {_HEAL_TIMEOUT:.0f} s; run edge verify for the cause"
        )
    streams = [addressed(stream, testbed) for stream in drill.streams(testbed.stack)]
    seconds = drill.before + drill.during + drill.after
    clients = [(s, testbed.client(s.where, arguments(s.host, s.port, seconds, s.asks))) for s in streams]
    # The output is read continuously: a client with a full pipe blocks.
    readers = ThreadPoolExecutor(max(1, len(clients)), "client")
    outputs = [(stream, readers.submit(client.communicate)) for stream, client in clients]
    try:
        time.sleep(drill.before)
        say(f"{drill.name}: {drill.about}")
        broken = time.time()
        try:
            drill.fault(testbed)
            time.sleep(max(0.0, broken + drill.during - time.time()))
        finally:
            with uninterrupted():
                drill.heal(testbed)
            healed = time.time()
            say(f"{drill.name}: healed after {healed - broken:.1f} s")
        texts = [(stream, output.result(seconds + 30)[0]) for stream, output in outputs]
    finally:
        for _, client in clients:
            if client.poll() is None:
                client.kill()
        readers.shutdown()
    timelines = [(stream, parsed(stream.name, text, broken, SPACING)) for stream, text in texts]
    recovered = _wait(drill, testbed, f"{drill.name}: waiting until all is well again", say)
    foreseen = longest(testbed.stack, *drill.foresees(testbed.stack)) if drill.foresees else None
    outcome = Outcome(drill, healed - broken, recovered, timelines, foreseen=foreseen)
    outcome.failures += judge(outcome)
    if recovered is None:
        outcome.failures.append(f"the stack is not healed {_HEAL_TIMEOUT:.0f} s later; run edge verify for the cause")
    return outcome


def _wait(drill: Drill, testbed: Testbed, text: str, say: Say) -> float | None:
    """Seconds until the drill is ready; None if it is not ready in time."""
    began = time.monotonic()
    announced = False
    while not drill.ready(testbed):
        if time.monotonic() - began > _HEAL_TIMEOUT:
            return None
        if not announced:
            say(text)
            announced = True
        time.sleep(0.5)
    return time.monotonic() - began


def judge(outcome: Outcome) -> list[str]:
    """The promises of the drill that the outcome did not keep."""
    failures = []
    for stream, timeline in outcome.timelines:
        name = stream.name
        if not timeline.samples:
            failures.append(f"{name}: the client sent no request; does {stream.where} exist?")
            continue
        end = max(outcome.drill.during + outcome.drill.after - _STILL, outcome.healed_at)
        still = timeline.longest_silence(-outcome.drill.before, end)
        if still > _STILL:
            failures.append(f"{name}: the client sent nothing for {still:.1f} s, so that time was not measured")
        if outcome.drill.opens is not None:
            failures += [f"{name}: {failure}" for failure in _opened(timeline, outcome.drill.opens, outcome.healed_at)]
            continue
        before = timeline.answers_at(-60, 0)
        if any(sample.answer is None for sample in timeline.samples if sample.at < -TIMEOUT):
            failures.append(f"{name}: requests were lost before the fault")
        elif not before:
            failures.append(f"{name}: no request was answered before the fault, so there is nothing to compare with")
        shuts = outcome.drill.shuts
        # `during` ends where the healing begins, which takes effect before it is complete.
        answered = timeline.answers_at(shuts, outcome.drill.during) if shuts is not None else set()
        if answered:
            failures.append(
                f"{name}: requests were answered later than {shuts:g} s after the fault, no answer expected"
            )
        dark = outcome.black_out(stream, timeline)
        if dark > stream.limit:
            failures.append(f"{name}: black-out of {dark:.2f} s, at most {stream.limit:g} s expected")
        if stream.lost is not None and timeline.lost > stream.lost:
            failures.append(f"{name}: {timeline.lost} requests lost, at most {stream.lost} expected")
        lost = timeline.lost_after(outcome.watched)
        if lost > stream.after:
            failures.append(f"{name}: {lost} requests lost on the way back, at most {stream.after} expected")
        if timeline.samples[-1].answer is None:
            failures.append(f"{name}: not healed, the last request was lost")
        failures += [f"{name}: {failure}" for failure in _returned(timeline, before, outcome)]
    return failures


def _returned(timeline: Timeline, before: set[str], outcome: Outcome) -> Iterator[str]:
    """The failure of a stream whose first answers are not back in time."""
    limit, back = outcome.drill.back, timeline.since(before, outcome.healed_at)
    if not before or limit is None or (back is not None and back - outcome.healed_at <= limit):
        return
    when = "never" if back is None else f"after {back - outcome.healed_at:.1f} s"
    yield f"expected answers by {', '.join(sorted(before))} within {limit:g} s of the healing, got them {when}"


def _opened(timeline: Timeline, within: float, healed_at: float) -> Iterator[str]:
    """Failures of a stream that the drill's fault must open."""
    if timeline.answers_at(-60, 0):
        yield "requests were answered before the fault, no answer expected"
    late = [sample.at for sample in timeline.samples if sample.answer is None and within < sample.at < healed_at]
    if late:
        yield f"a request was lost {late[-1]:.1f} s after the fault, answers expected after {within:g} s"


def find(drills: tuple[Drill, ...], name: str) -> Drill:
    """The drill with the name. Raises EdgeError with all names if there is none."""
    for drill in drills:
        if drill.name == name:
            return drill
    raise EdgeError(f"the stack has no drill {name}; its drills are {', '.join(d.name for d in drills) or 'none'}")
