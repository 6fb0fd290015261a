"""Outcomes of drills as JSON and as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from drills.run import Outcome

_HEAD = ("drill", "fault", "stream", "black-out, s", "foreseen, s", "promised, s", "lost", "lost on return", "requests")


def document(outcome: Outcome) -> dict[str, Any]:
    """The complete outcome of one drill. Times in seconds; times of spans are relative to the fault."""
    streams = [
        {
            "stream": stream.name,
            "blackOut": outcome.black_out(stream, timeline),
            "allowed": stream.limit,
            "lost": timeline.lost,
            "requests": len(timeline.samples),
            "lostOnReturn": timeline.lost_after(outcome.watched),
            "spans": [
                {"from": s.start, "to": s.end, "answer": s.answer, "requests": s.count} for s in timeline.spans()
            ],
        }
        for stream, timeline in outcome.timelines
    ]
    return {
        "drill": outcome.drill.name,
        "about": outcome.drill.about,
        "passed": outcome.passed,
        "faults": outcome.failures,
        "foreseen": outcome.foreseen,
        "healedAfter": round(outcome.healed_at, 2),
        "wellAfter": outcome.recovered,
        "streams": streams,
    }


def markdown(outcomes: Iterable[Outcome]) -> str:
    """A table with a row for each stream of each drill; for repeated drills with median and range."""
    held: dict[tuple[str, str], list[tuple[Outcome, dict[str, Any]]]] = {}
    for outcome in outcomes:
        for stream in document(outcome)["streams"]:
            held.setdefault((outcome.drill.name, stream["stream"]), []).append((outcome, stream))
    rows = [_HEAD, ("---",) * len(_HEAD)]
    for (name, stream), times in held.items():
        last = times[-1][1]
        passed = all(outcome.passed for outcome, _ in times)
        black_out, lost, on_return = (
            _range([one[key] for _, one in times]) for key in ("blackOut", "lost", "lostOnReturn")
        )
        foreseen = times[-1][0].foreseen
        rows.append(
            (
                name if passed else f"{name} (failed)",
                times[0][0].drill.about,
                stream,
                black_out,
                "" if foreseen is None else f"{foreseen:g}",
                f"{last['allowed']:g}",
                lost,
                on_return,
                str(last["requests"]),
            )
        )
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _range(values: Sequence[float]) -> str:
    middle = f"{round(statistics.median(values), 2):g}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):.4g} to {max(values):.4g}, {len(values)} times)"
