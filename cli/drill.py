"""drill: break something on purpose, and time what traffic noticed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from cli import screen
from cli.context import JsonOption, StackContext, StackOption, need_root
from config.errors import EdgeError

if TYPE_CHECKING:
    from drills.containers import ContainerTestbed
    from drills.drill import Drill, Testbed
    from drills.run import Outcome
    from lab.testbed import LabTestbed


def drill(
    names: Annotated[list[str] | None, typer.Argument(help="Drills to hold; none lists them.")] = None,
    stack: StackOption = "dev",
    every: Annotated[bool, typer.Option("--all", help="Hold every drill that the stack has the parts for.")] = False,
    repeat: Annotated[int, typer.Option(min=1, help="Hold each so many times.")] = 1,
    output: Annotated[Path | None, typer.Option(help="Directory for pictures, numbers and a table.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Break a lab, or a stack of containers, on purpose: freeze a gateway, cut a link, kill a daemon.

    Traffic runs through all of it. Each drill says what it breaks, and how long requests may stay unanswered. A drill
    fails if the black-out is longer, or if the stack does not heal. `edge drill -s egress gateway-frozen` is a good
    first one.
    """
    from drills.catalogue import drills_for
    from drills.run import find, hold_all

    context = StackContext(stack)
    drills = drills_for(context.stack)
    chosen = drills if every else tuple(find(drills, name) for name in names or ())
    if not chosen:
        _list(drills, _testbed(context))
        return
    from drills.summary import document

    clock = screen.Clock()
    outcomes: list[Outcome] = []
    try:
        with context.alone(), _ready(context) as testbed:
            if every:
                chosen = tuple(_possible(chosen, testbed, clock))
            repeated = [item for item in chosen for _ in range(repeat)]
            for outcome in hold_all(repeated, testbed, clock.say):
                outcomes.append(outcome)
                if output is not None:
                    _write(output, outcomes)
    finally:
        # Finished drills are reported even if the next drill cannot start.
        if as_json:
            screen.print_json([document(outcome) for outcome in outcomes])
        elif outcomes:
            _print(outcomes)
    if not all(outcome.passed for outcome in outcomes):
        raise typer.Exit(1)


def _testbed(context: StackContext) -> ContainerTestbed | LabTestbed:
    """The testbed that breaks the stack's hosts. Raises EdgeError for an existing cluster."""
    if context.is_docker:
        from drills.containers import ContainerTestbed

        return ContainerTestbed(context.name, context.stack)
    if not context.is_lab:
        raise EdgeError(
            f"stack {context.name}: drills break hosts, expected a cluster of kind lab, docker or kind,"
            f" got {context.stack.cluster.kind}"
        )
    from lab.testbed import LabTestbed

    return LabTestbed(context.name, context.stack)


def _ready(context: StackContext) -> AbstractContextManager[Testbed]:
    """The testbed, while it may break hosts. Raises EdgeError if it may not."""
    testbed = _testbed(context)
    if context.is_lab:
        need_root()
    else:
        context.choose_docker()
    return testbed if isinstance(testbed, AbstractContextManager) else nullcontext(testbed)


def _list(drills: Sequence[Drill], testbed: Testbed) -> None:
    """Print the drills, and why the testbed cannot hold some."""
    table = screen.table("drill", "what it breaks")
    for item in drills:
        missing = _missing(item, testbed)
        table.add_row(item.name, f"{item.about}\n[yellow]not here: {escape(missing)}[/]" if missing else item.about)
    screen.out.print(table if drills else "the stack has no part that a drill breaks")


def _possible(drills: Sequence[Drill], testbed: Testbed, clock: screen.Clock) -> Iterator[Drill]:
    for item in drills:
        missing = _missing(item, testbed)
        if missing is None:
            yield item
        else:
            clock.say(f"{item.name}: left out: {missing}", "yellow")


def _missing(item: Drill, testbed: Testbed) -> str | None:
    """What the testbed lacks for a drill, such as a newer Cilium; None if it has everything."""
    try:
        item.needs(testbed)
    except EdgeError as error:
        return str(error)
    return None


def _print(outcomes: list[Outcome]) -> None:
    table = screen.table(
        "", "drill", "stream", "black-out s", "foreseen s", "allowed s", "lost", "lost on return", "of", "who answered"
    )
    for outcome in outcomes:
        mark = "[green]ok[/]" if outcome.passed else "[bold red]RED[/]"
        for stream, timeline in outcome.timelines:
            answers = list(dict.fromkeys(span.answer or "lost" for span in timeline.spans()))
            table.add_row(
                mark,
                outcome.drill.name,
                stream.name,
                f"{outcome.black_out(stream, timeline):.2f}",
                "" if outcome.foreseen is None else f"{outcome.foreseen:g}",
                f"{stream.limit:g}",
                str(timeline.lost),
                str(timeline.lost_after(outcome.watched)),
                str(len(timeline.samples)),
                ", ".join(answers),
            )
    screen.out.print(table)
    for outcome in outcomes:
        for failure in outcome.failures:
            screen.out.print(f"{outcome.drill.name}: {failure}", style="red")


def _write(directory: Path, outcomes: list[Outcome]) -> None:
    """Write the picture and the numbers of the last outcome, and a table of all outcomes so far."""
    from drills.figure import svg
    from drills.summary import document, markdown

    directory.mkdir(parents=True, exist_ok=True)
    last = outcomes[-1]
    nth = sum(outcome.drill.name == last.drill.name for outcome in outcomes)
    name = last.drill.name if nth == 1 else f"{last.drill.name}-{nth}"
    (directory / f"{name}.svg").write_text(svg(last))
    (directory / f"{name}.json").write_text(json.dumps(document(last), indent=2) + "\n")
    (directory / "summary.md").write_text(markdown(outcomes))
