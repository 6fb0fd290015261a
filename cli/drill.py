"""drill: break something on purpose, and time what traffic noticed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen
from cli.context import JsonOption, StackContext, StackOption, need_root
from config.errors import EdgeError

if TYPE_CHECKING:
    from drills.drill import Drill, Testbed
    from drills.run import Outcome


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
        table = screen.table("drill", "what it breaks")
        for item in drills:
            table.add_row(item.name, item.about)
        screen.out.print(table if drills else f"stack {stack} has no part that a drill breaks")
        return
    from drills.summary import document

    clock = screen.Clock()
    outcomes: list[Outcome] = []
    try:
        with _testbed(context) as testbed:
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


def _testbed(context: StackContext) -> AbstractContextManager[Testbed]:
    """The testbed that breaks the stack's hosts. Raises EdgeError for an existing cluster."""
    if context.is_docker:
        from drills.containers import ContainerTestbed

        context.choose_docker()
        return ContainerTestbed(context.name, context.stack)
    if not context.is_lab:
        raise EdgeError(
            f"stack {context.name}: drills break hosts, expected a cluster of kind lab, docker or kind,"
            f" got {context.stack.cluster.kind}"
        )
    need_root()
    from lab.testbed import LabTestbed

    return nullcontext(LabTestbed(context.name, context.stack))


def _possible(drills: Sequence[Drill], testbed: Testbed, clock: screen.Clock) -> Iterator[Drill]:
    """The drills for which the testbed has everything, such as a newer Cilium."""
    for item in drills:
        try:
            item.needs(testbed)
            yield item
        except EdgeError as error:
            clock.say(f"{item.name}: left out: {error}", "yellow")


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
                f"{timeline.black_out(outcome.watched):.2f}",
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
