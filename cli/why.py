"""why: one thing, and what makes it so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cli import report
from cli.session import JsonOption, Session, StackOption

if TYPE_CHECKING:
    from diagnosis.why.steps import Step

# For all questions together.
_SECONDS = 20.0
_MARKS = {True: "[green]yes[/]", False: "[bold red]no [/]", None: "   "}


def why(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="PREFIX|NAME",
            help="An address or a prefix; the name of a Service, node, Pod, Ingress, Gateway or policy; or KIND/NAME.",
        ),
    ],
    stack: StackOption = "dev",
    as_json: JsonOption = False,
) -> None:
    """Say why one thing is as it is: who announces a route and by what, why another node does not, who answers.

    For example: edge why 172.16.1.1, edge why webpod, edge why node/cilium-w1. Also where all is well. Nothing is
    changed, and no packet is sent.
    """
    from diagnosis.why.answers import answer
    from diagnosis.why.world import World
    from effective.made import with_made
    from probes.expectation import sessions
    from probes.field import Field
    from probes.verify import control_plane
    from transport.ssh import SshPool

    session = Session(stack)
    session.check()
    session.enter()
    pool = SshPool()
    try:
        field = Field(session.stack, pool, session.kube(), session.endpoints())
        field.within(_SECONDS)
        world = World(with_made(session.stack), field.look())
    finally:
        pool.close()
    verdicts = control_plane(world.stack, list(sessions(world.stack)), world.seen)
    found = answer(world, subject, verdicts, session.name)
    if as_json:
        report.print_json(found.as_dict())
        return
    for line in _lines(found):
        report.out.print(line, soft_wrap=True)


def _lines(step: Step, depth: int = 0) -> Iterator[str]:
    yield f"[bold]{step.text}[/]" if not depth else f"{_MARKS[step.holds]} {'  ' * (depth - 1)}{step.text}"
    for each in step.steps:
        yield from _lines(each, depth + 1)
