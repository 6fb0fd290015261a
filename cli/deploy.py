"""up, refresh, destroy and down."""

from __future__ import annotations

import shutil
from typing import Annotated

import typer

from cli import screen
from cli.booted import forget_former_lives
from cli.chosen import ExcludeOption, TargetOption, selection
from cli.context import JsonOption, StackContext, StackOption, need_root
from config.errors import LabError, StateError

DEFAULT_DEADLINE = 90.0


def up(
    stack: StackOption = "dev",
    as_json: JsonOption = False,
    verify: Annotated[bool, typer.Option("--verify/--no-verify", help="Prove the result, from both sides.")] = False,
    deadline: Annotated[float, typer.Option(min=1, help="Seconds until --verify must be green.")] = DEFAULT_DEADLINE,
    refresh_first: Annotated[
        bool, typer.Option("--refresh", help="Look at what is really there first, and repair what has drifted.")
    ] = False,
    target: TargetOption = None,
    exclude: ExcludeOption = None,
) -> None:
    """Build what the stack declares. The lab of a lab stack is started first, if the lab is not up."""
    clock = screen.Clock()
    context = StackContext(stack)
    context.check()
    with context.alone():
        if context.is_lab:
            forget_former_lives(context, start_lab(context, clock), clock)
        context.enter()
        summary = context.engine.up(screen.stepper(clock), refresh=refresh_first, selection=selection(target, exclude))
    for warning in summary.warnings:
        screen.err.print(f"warning: {warning}")
    clock.say(f"stack {stack}: {screen.tally(summary)}", "bold")
    if verify:
        from cli.proof import prove

        # Docker may have given the nodes of a kind cluster their addresses meanwhile.
        prove(StackContext(stack), deadline, as_json=as_json, junit=None, clock=clock)
    elif as_json:
        screen.print_json(screen.summary_json(summary))


def start_lab(context: StackContext, clock: screen.Clock) -> dict[str, str]:
    """Build missing binaries, and start the lab of the stack. Returns host name -> boot ID."""
    from cli.doctor import prepare
    from lab import images, life

    need_root()
    prepare(clock, images.wanted(context.stack.cilium))
    return life.up(context.name, context.stack, lambda text: clock.say(f"lab: {text}"))


def refresh(
    stack: StackOption = "dev",
    as_json: JsonOption = False,
    preview_only: Annotated[
        bool, typer.Option("--preview-only", help="Only show the drift; leave the state as it is.")
    ] = False,
    expect_no_changes: Annotated[
        bool, typer.Option("--expect-no-changes", help="Exit with 3 where something drifted.")
    ] = False,
    target: TargetOption = None,
    exclude: ExcludeOption = None,
) -> None:
    """Look for drift: FRR files, running configurations, routes and Kubernetes objects."""
    clock = screen.Clock()
    context = StackContext(stack)
    if not context.engine.resources():
        # A drift check that looks at nothing must not pass.
        raise StateError(
            f"stack {stack}: the state has no resources to compare; deploy the stack first: edge up -s {stack}"
        )
    context.enter()
    summary = context.engine.refresh(dry_run=preview_only, selection=selection(target, exclude))
    if as_json:
        screen.print_json(screen.summary_json(summary))
    else:
        screen.print_plan(summary, f"Drift of stack {stack}")
        clock.say("read everything")
    if expect_no_changes and summary.changed:
        raise typer.Exit(3)


def destroy(
    stack: StackOption = "dev",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    target: TargetOption = None,
    exclude: ExcludeOption = None,
) -> None:
    """Remove what `up` made, dependents first; routers get their configuration from before back."""
    context = StackContext(stack)
    count, chosen = len(context.engine.resources()), selection(target, exclude)
    if count and not yes:
        what = "the chosen ones of the" if chosen else "the"
        typer.confirm(f"Destroy {what} {count} resources of stack {stack}?", abort=True)
    clock = screen.Clock()
    if count:
        context.enter()
    summary = context.engine.destroy(screen.stepper(clock), selection=chosen)
    clock.say(f"stack {stack}: {screen.tally(summary)}", "bold")


def down(stack: StackOption = "dev") -> None:
    """End a lab stack: every process, namespace and mount of the lab, and the stack's state."""
    from lab import life

    context = StackContext(stack)
    if not context.is_lab:
        raise LabError(f"stack {stack} has no lab; `edge destroy -s {stack}` removes what up made")
    need_root()
    clock = screen.Clock()
    engine = context.engine
    with context.alone():
        life.down(stack, lambda text: clock.say(f"lab: {text}"))
        for path in engine.path.parent.glob(f"{stack}.*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    clock.say(f"stack {stack}: nothing is left")
