"""drill: break something on purpose, and time what traffic noticed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import report
from cli.session import JsonOption, Session, StackOption, need_root
from config.errors import EdgeError

if TYPE_CHECKING:
    from drills.drill import Drill, Ground
    from drills.run import Outcome




def drill(
    names: Annotated[list[str] | None, typer.Argument(help="Drills to hold; none lists them.")] = None,
    stack: StackOption = "dev",
    every: Annotated[bool, typer.Option("--all", help="Hold every drill that the stack has the parts for.")] = False,
    repeat: Annotated[int, typer.Option(min=1, help="Hold each so many times.")] = 1,
    output: Annotated[Path | None, typer.Option(help="Directory for a picture (SVG) and the samples (JSON).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Break the lab on purpose: freeze a gateway, cut a link, kill a daemon. Traffic runs through all of it.

    Each drill says what it breaks and how long nobody may be answered; it fails where that takes longer, or
    where the lab does not heal. `edge drill -s egress gateway-frozen` is a good first one.
    """
    from drills.catalogue import drills_for
    from drills.run import find, hold_all

    session = Session(stack)
    drills = drills_for(session.stack)
    chosen = drills if every else tuple(find(drills, name) for name in names or ())
    if not chosen:
        table = report.table("drill", "what it breaks")
        for item in drills:
            table.add_row(item.name, item.about)
        report.out.print(table if drills else f"stack {stack} has no parts that a drill breaks")
        return
    if not session.is_lab:
        raise EdgeError(f"stack {stack} is no lab; drills break hosts, and do that in a lab alone")
    need_root()
    from lab.ground import LabGround

    clock, ground = report.Clock(), LabGround(stack, session.stack)
    if every:
        chosen = tuple(_without_upgrades(chosen, ground, clock))
    repeated = [item for item in chosen for _ in range(repeat)]
    outcomes = hold_all(repeated, ground, clock.say)
    if output is not None:
        _write(output, outcomes)
    if as_json:
        report.print_json([_summary(outcome) for outcome in outcomes])
    else:
        _print(outcomes)
    if not all(outcome.passed for outcome in outcomes):
        raise typer.Exit(1)


def _without_upgrades(drills: Sequence[Drill], ground: Ground, clock: report.Clock) -> Iterator[Drill]:
    """All of them; drills of an upgrade only where there is something to upgrade to."""
    for item in drills:
        try:
            if item.upgrades:
                ground.newer_cilium()
            yield item
        except EdgeError as error:
            clock.say(f"{item.name}: left out: {error}", "yellow")


def _print(outcomes: list[Outcome]) -> None:
    table = report.table(
        "", "drill", "stream", "black-out s", "allowed s", "lost", "lost on return", "of", "who answered"
    )
    for outcome in outcomes:
        mark = "[green]ok[/]" if outcome.passed else "[bold red]RED[/]"
        for stream, timeline in outcome.timelines:
            told = list(dict.fromkeys(span.answer or "lost" for span in timeline.spans()))
            table.add_row(mark, outcome.drill.name, stream.name, f"{timeline.black_out(outcome.watched):.2f}",
                          f"{stream.limit:g}", str(timeline.lost), str(timeline.lost_after(outcome.watched)),
                          str(len(timeline.samples)), ", ".join(told))  # fmt: skip
    report.out.print(table)
    for outcome in outcomes:
        for fault in outcome.faults:
            report.out.print(f"{outcome.drill.name}: {fault}", style="red")


def _summary(outcome: Outcome) -> dict[str, Any]:
    streams = [
        {
            "stream": stream.name, "blackOut": timeline.black_out(outcome.watched), "allowed": stream.limit,
            "lost": timeline.lost,
            "requests": len(timeline.samples), "lostOnReturn": timeline.lost_after(outcome.watched),
            "spans": [{"from": s.start, "to": s.end, "answer": s.answer, "requests": s.count}
                      for s in timeline.spans()],
        }
        for stream, timeline in outcome.timelines
    ]  # fmt: skip
    return {
        "drill": outcome.drill.name, "about": outcome.drill.about, "passed": outcome.passed, "faults": outcome.faults,
        "healedAfter": round(outcome.healed_at, 2), "wellAfter": outcome.recovered, "streams": streams,
    }  # fmt: skip


def _write(directory: Path, outcomes: list[Outcome]) -> None:
    from drills.figure import svg

    directory.mkdir(parents=True, exist_ok=True)
    for outcome in outcomes:
        (directory / f"{outcome.drill.name}.svg").write_text(svg(outcome))
        (directory / f"{outcome.drill.name}.json").write_text(json.dumps(_summary(outcome), indent=2) + "\n")
