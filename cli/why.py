"""why: explains the state of one object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen
from cli.context import JsonOption, StackContext, StackOption

if TYPE_CHECKING:
    from diagnosis.why.steps import Step

# Seconds for all queries together.
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
    """Explain the state of one object: which nodes announce a route and why, why other nodes do not, which Pods answer.

    For example: edge why 172.16.1.1, edge why webpod, edge why node/cilium-w1. The command also works for a
    healthy stack. Nothing is changed, and no packet is sent.
    """
    from diagnosis.why.answers import answer
    from diagnosis.why.situation import Situation
    from effective.made import with_made
    from effective.peerings.expected import expected_sessions
    from probes.collector import Collector
    from probes.verify import control_plane
    from transport.ssh import SshPool

    context = StackContext(stack)
    context.check()
    context.enter()
    pool = SshPool()
    try:
        collector = Collector(context.stack, pool, context.kube(), context.endpoints())
        collector.within(_SECONDS)
        situation = Situation(with_made(context.stack), collector.collect())
    finally:
        pool.close()
    verdicts = control_plane(situation.stack, list(expected_sessions(situation.stack)), situation.observations)
    found = answer(situation, subject, verdicts, context.name)
    if as_json:
        screen.print_json(found.as_dict())
        return
    for line in _lines(found):
        screen.out.print(line, soft_wrap=True)


def _lines(step: Step, depth: int = 0) -> Iterator[str]:
    yield f"[bold]{step.text}[/]" if not depth else f"{_MARKS[step.holds]} {'  ' * (depth - 1)}{step.text}"
    for each in step.steps:
        yield from _lines(each, depth + 1)
