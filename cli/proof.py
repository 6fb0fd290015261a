"""verify: runs the probes and prints the verdicts as a table, JSON or JUnit."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen
from cli.context import JsonOption, StackContext, StackOption
from diagnosis.entities import Hosts
from diagnosis.roots import Root, roots
from probes.verdict import Color, Verdict

if TYPE_CHECKING:
    from diagnosis.evidence import Explanation
    from diagnosis.why.situation import Situation
    from probes.collector import Collector
    from probes.host_state import HostState
    from probes.packets import Capture

# Seconds for queries of hosts after a red verdict, and how many of these seconds a capture takes.
_EVIDENCE, _CAPTURE = 6.0, 5.0
_MARKS = {Color.GREEN: ("ok", "green"), Color.RED: ("RED", "bold red"), Color.GREY: ("?", "bold yellow")}


def verify(
    stack: StackOption = "dev",
    as_json: JsonOption = False,
    junit: Annotated[Path | None, typer.Option(help="Write the verdicts as JUnit XML to this file.")] = None,
    deadline: Annotated[
        float,
        typer.Option(
            min=1,
            help="Seconds until everything must be green. What has not answered by then counts as no answer.",
        ),
    ] = 30.0,
    once: Annotated[bool, typer.Option("--once", help="Ask once, and do not wait until it is green.")] = False,
) -> None:
    """Prove the deployment from both sides: sessions, RIB and FIB, addresses, packets that arrive."""
    context = StackContext(stack)
    context.check()
    prove(context, None if once else deadline, as_json=as_json, junit=junit, clock=screen.Clock())


def prove(
    context: StackContext, deadline: float | None, *, as_json: bool, junit: Path | None, clock: screen.Clock
) -> None:
    """Run the probes until green or the deadline; without a deadline, once. Exits with 1 if not green."""
    from diagnosis.evidence import TO_PODS, explanations
    from diagnosis.why.situation import Situation
    from effective.made import with_made
    from probes.collector import Collector
    from probes.verify import all_green
    from probes.verify import verify as run
    from transport.ssh import SshPool

    context.enter()
    pool = SshPool()
    shown: list[str] = []

    def progress(verdicts: list[Verdict], left: float) -> None:
        red = sum(v.color is not Color.GREEN for v in verdicts)
        text = f"verify: {len(verdicts) - red} of {len(verdicts)} green"
        if shown[-1:] != [text]:
            shown.append(text)
            clock.say(text + (f", {left:.0f} s left" if red else ""))

    try:
        collector = Collector(context.stack, pool, context.kube(), context.endpoints())
        # Time for the final queries of hosts with red verdicts.
        kept = min(_EVIDENCE, (deadline or _EVIDENCE * 3) / 3)
        proof = run(collector, deadline and deadline - kept, progress)
        verdicts = proof.verdicts
        causes = roots(context.stack, verdicts)
        situation = Situation(with_made(context.stack), proof.observations)
        collector.within(kept)
        with ThreadPoolExecutor(2, "evidence") as asked:
            states = asked.submit(_states, collector, causes)
            packets = asked.submit(_packets, collector, situation, causes if kept >= _CAPTURE else [])
            if any(root.verdict.check in TO_PODS for root in causes):
                collector.add_policies(proof.observations)
    finally:
        pool.close()
    found = explanations(situation, causes, states.result(), packets.result())
    if junit is not None:
        junit.write_text(_junit(context.name, verdicts))
    if as_json:
        screen.print_json(
            {
                "green": all_green(verdicts),
                "roots": [one.as_dict() for one in found],
                "verdicts": [v.as_dict() for v in verdicts],
            }
        )
    else:
        _print(verdicts, found)
    if not all_green(verdicts):
        raise typer.Exit(1)


def _states(collector: Collector, causes: list[Root]) -> dict[str, HostState]:
    """The kernels of the hosts that root causes concern, and of the routers between them."""
    from diagnosis.host_evidence import near
    from probes.host_questions import collect

    if not causes:
        return {}
    hosts = Hosts(collector.stack)
    about = set().union(*(hosts.on_the_way(root.verdict) for root in causes))
    return collect(collector, about | hosts.routers, near(collector.stack, about))


def _packets(collector: Collector, situation: Situation, causes: list[Root]) -> Capture:
    """A capture during a retry of lost packets."""
    from diagnosis.flows import flows
    from probes.capture import capture

    return capture(collector, situation.observations, flows(situation, causes), Hosts(situation.stack).routers)


def _print(verdicts: list[Verdict], found: list[Explanation]) -> None:
    table = screen.table("", "check", "subject", "where", "expected", "observed", "s")
    for verdict in verdicts:
        mark, style = _MARKS[verdict.color]
        table.add_row(
            f"[{style}]{mark}[/]",
            verdict.check,
            verdict.subject,
            verdict.where,
            verdict.expected,
            verdict.observed,
            f"{verdict.seconds:.1f}",
        )
    screen.out.print(table)
    for one in found:
        screen.out.print(f"{one.root.verdict.check} {one.root.verdict.subject}: {one.cause}", style="red")
        for line in one.evidence:
            screen.out.print(f"  {line}", style="red")
        if one.root.follows:
            screen.out.print(f"  consequences: {_counted(one.root.follows)}", style="dim")
    red = sum(v.color is Color.RED for v in verdicts)
    grey = sum(v.color is Color.GREY for v in verdicts)
    good = len(verdicts) - red - grey
    screen.out.print(f"{good} proven, {red} red, {grey} without an answer", style="bold")


def _counted(rows: tuple[Verdict, ...]) -> str:
    """The rows by check, as `4 bgp-session, 2 rib`."""
    return ", ".join(f"{number} {check}" for check, number in Counter(row.check for row in rows).items())


def _junit(stack: str, verdicts: list[Verdict]) -> str:
    # Imported here to keep the start of every command short.
    from xml.etree import ElementTree

    failures = sum(v.color is not Color.GREEN for v in verdicts)
    suite = ElementTree.Element(
        "testsuite", name=f"edge verify {stack}", tests=str(len(verdicts)), failures=str(failures)
    )
    for verdict in verdicts:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=verdict.check,
            name=f"{verdict.subject} at {verdict.where}",
            time=f"{verdict.seconds:.2f}",
        )
        if verdict.color is not Color.GREEN:
            node = ElementTree.SubElement(case, "failure", message=verdict.cause or verdict.observed)
            node.text = f"expected: {verdict.expected}\nobserved: {verdict.observed}"
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"
