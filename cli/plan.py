"""plan: what `up` would do, or what a revision changes. Works offline and without secrets."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import sandbox, screen
from cli.chosen import ExcludeOption, TargetOption, selection
from cli.context import JsonOption, StackContext, StackOption
from config.errors import EdgeError, LabError


class Form(StrEnum):
    """Output formats of a plan."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def plan(
    stack: StackOption = "dev",
    form: Annotated[
        Form, typer.Option("--format", "-f", help="For people, programs, or a pull request's comment.")
    ] = Form.TEXT,
    as_json: JsonOption = False,
    base: Annotated[
        str | None, typer.Option("--base", metavar="REV", help="Compare with the stack of this git revision.")
    ] = None,
    head: Annotated[
        str | None, typer.Option("--head", metavar="REV", help="With --base: this revision, not the files here.")
    ] = None,
    artefacts: Annotated[
        bool, typer.Option("--artefacts", "-a", help="Print the files too: each frr.conf, each manifest, Helm values.")
    ] = False,
    expect_no_changes: Annotated[
        bool, typer.Option("--expect-no-changes", help="Exit with 3 if something would change.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Plan as if nothing were deployed, regardless of the state.")
    ] = False,
    refresh: Annotated[
        bool,
        typer.Option("--refresh", help="Plan from the real resources. Hosts and cluster are read, but not changed."),
    ] = False,
    failures: Annotated[
        bool, typer.Option("--failures", help="Print what every single loss would cost (node, link, router, ...).")
    ] = False,
    target: TargetOption = None,
    exclude: ExcludeOption = None,
) -> None:
    """Show what `up` would do. Reads the stack file and the state; touches no host and no cluster.

    With --base, the plan compares two revisions of the stack, each made by its own program. The comparison needs no
    cluster, router, key, secret or Pulumi. The programs run with the fewest rights that the machine can enforce, and
    the output names these rights. For a pull request from a fork, run the command from a checkout that you trust, and
    give the fork's revision as --head: the trusted program then prints the result.

    With --failures, the plan prints what every single loss would cost: a node, a zone, a router, a link, a session, a
    gateway, the node of a pod. The forecast reads the stack file alone.
    """
    form = Form.JSON if as_json else form
    if failures:
        _failures(StackContext(stack), form)
        return
    if base is not None:
        changed = _against(stack, base, head, form)
    elif head is not None:
        raise typer.BadParameter("--head needs --base", param_hint="--head")
    elif form is Form.MARKDOWN:
        raise typer.BadParameter("markdown needs --base", param_hint="--format")
    else:
        changed = _plan(
            StackContext(stack), form, artefacts, fresh=fresh, refresh=refresh, selection=selection(target, exclude)
        )
    if expect_no_changes and changed:
        raise typer.Exit(3)


def _failures(context: StackContext, form: Form) -> None:
    """Print foreseen failures from the stack file alone, without the state or running systems."""
    from cli.failures import as_json, print_table
    from failures.foresee import foresee

    context.check()
    found = foresee(context.stack)
    if form is Form.JSON:
        screen.print_json(as_json(found))
    else:
        print_table(found, context.name)


def _plan(context: StackContext, form: Form, with_artefacts: bool, **how: Any) -> bool:
    from cli.findings import as_json as findings_json
    from cli.render import artefacts as files_of

    if form is Form.JSON and context.report.errors:
        screen.print_json(findings_json(context.report))
        raise typer.Exit(2)
    context.check()
    if how["refresh"]:
        context.enter()
    elif context.reads_hosts:
        # The program queries the hosts. A lab that is not up has none.
        with suppress(LabError):
            context.enter()
    else:
        # The CLI's Docker provider needs an engine even for a plan.
        context.choose_docker()
    summary = context.engine.preview(**how)
    files = files_of(context) if with_artefacts else {}
    if form is Form.JSON:
        extra = {"artefacts": files} if with_artefacts else {}
        screen.print_json({**screen.summary_json(summary), **findings_json(context.report), **extra})
    else:
        screen.print_plan(summary, f"Plan of stack {context.name}")
        for warning in summary.warnings:
            screen.err.print(f"warning: {warning}")
        for name, text in files.items():
            screen.out.print(f"\n--- {name}", style="bold")
            print(text, end="")
    return bool(summary.changed)


def _against(stack: str, base: str, head: str | None, form: Form) -> bool:
    from cli.comparison import Comparison, as_json, compare, markdown, print_comparison
    from cli.snapshot import Snapshot, name_of, take, worktree

    context = StackContext(stack) if head is None else None
    if context is not None and context.report.errors:
        # The program refuses a stack with errors, so that there is nothing to compare.
        result = Comparison(stack, name_of(base), context.report)
    else:
        with ExitStack() as places:
            before = take(stack, places.enter_context(worktree(base)))
            after = take(stack, places.enter_context(worktree(head, "--head")) if head else Path.cwd())
        screen.err.print(f"note: the programs of both revisions ran {sandbox.best().how}")
        if isinstance(before, str):
            screen.err.print(f"warning: the stack is shown as new: the program of {name_of(base)} fails: {before}")
        if isinstance(after, str):
            raise EdgeError(f"the program of {name_of(head) if head else 'this checkout'} fails: {after}")
        result = compare(stack, name_of(base), before if isinstance(before, Snapshot) else None, after)
    if form is Form.JSON:
        screen.print_json(as_json(result))
    elif form is Form.MARKDOWN:
        print(markdown(result), end="")
    else:
        print_comparison(result)
    if result.report.errors:
        raise typer.Exit(2)
    return result.changed
