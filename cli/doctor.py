"""doctor: checks this machine. setup: installs packages and builds binaries of the lab."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli import screen
from cli.context import JsonOption
from config.errors import MachineError
from config.home import PACKAGE

if TYPE_CHECKING:
    from lab.toolchain.recipes import Part


def doctor(
    docker: Annotated[
        bool, typer.Option("--docker", help="Also what stacks of kind docker and kind need: packages, images, sizes.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check this machine for the lab. Nothing is changed. The exit status is 1 if something is missing."""
    if docker:
        from lab.docker.machine import examine
    else:
        from lab.machine import examine
    findings = list(examine())
    if as_json:
        screen.print_json([vars(finding) for finding in findings])
    else:
        table = screen.table("", "needed", "found", "what to do")
        for finding in findings:
            mark = "[green]ok[/]" if finding.good else "[red]no[/]" if finding.blocking else "[yellow]--[/]"
            table.add_row(mark, finding.what, finding.found, "" if finding.good else finding.fix)
        screen.out.print(table)
    if not all(finding.good or not finding.blocking for finding in findings):
        raise typer.Exit(1)


def setup(
    every: Annotated[
        bool,
        typer.Option(
            "--all", help="All that a lab can run: a second Cilium for drills of upgrades, and Envoy for Ingress."
        ),
    ] = False,
    docker: Annotated[
        bool,
        typer.Option("--docker", help="A Docker engine, and images of nodes and routers, for stacks of kind docker."),
    ] = False,
) -> None:
    """Install the packages and build the binaries that the lab needs. Existing ones are kept."""
    from lab import packages
    from lab.toolchain.recipes import EVERYTHING

    clock = screen.Clock()
    prepare(clock, EVERYTHING if every else (), packages.for_containers() if every else ())
    if docker:
        from lab.docker.engine import OURS

        ran = OURS.pid is not None
        prepare_containers(clock)
        if not ran:
            OURS.down()
    clock.say("everything is installed")


def prepare_containers(clock: screen.Clock) -> None:
    """Start the lab's Docker engine, and build missing images."""
    from lab import packages
    from lab.docker import charts, images
    from lab.docker.engine import OURS
    from lab.toolchain.recipes import CONTAINERS

    prepare(clock, CONTAINERS, packages.for_containers())
    if OURS.up():
        clock.say("lab: dockerd runs")
    charts.link()
    seconds = images.estimate()
    if seconds:
        clock.say(
            f"setup: images of nodes and routers, {images.GIGABYTES} GB, about {seconds // 60} min {seconds % 60:02d} s"
        )
        images.make(lambda text: clock.say(f"setup: {text}"))


def prepare(clock: screen.Clock, others: Sequence[Part] = (), more: tuple[str, ...] = ()) -> None:
    """Do the work of `setup`. Raises MachineError, before any change, if the machine does not qualify."""
    if PACKAGE:
        raise MachineError(
            "the embedded lab is built from a checkout of the project, not from the installed package:"
            " clone it, and run make setup there"
        )
    from lab import packages
    from lab.machine import examine
    from lab.toolchain import build

    absent, to_build = packages.missing(more), build.missing(others)
    if not absent and not to_build:
        return
    blocking = [f"{f.what}: found {f.found}; {f.fix}" for f in examine(others) if f.blocking and not f.good]
    if blocking:
        raise MachineError("this machine cannot run the lab\n" + "\n".join(f"  {line}" for line in blocking))
    if absent:
        clock.say(f"setup: installing {len(absent)} Debian packages")
        packages.install(absent)
    if to_build:
        _build(clock, others)


def _build(clock: screen.Clock, others: Sequence[Part]) -> None:
    from lab.toolchain import build

    now: tuple[str, float] = ("", 0.0)
    over = threading.Event()

    def progress(what: str, left: int) -> None:
        nonlocal now
        now = (what, clock.seconds + left)
        clock.say(f"setup: building {what}, about {left // 60} min {left % 60:02d} s left")

    def heartbeat() -> None:
        while not over.wait(20):
            what, until = now
            left = max(0, int(until - clock.seconds))
            clock.say(f"setup: still building {what}, about {left // 60} min {left % 60:02d} s left", "dim")

    thread = threading.Thread(target=heartbeat, daemon=True)
    thread.start()
    try:
        build.build(progress, others)
    finally:
        over.set()
        thread.join()
