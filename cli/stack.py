"""edge stack: outputs, export and import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import report
from cli.session import JsonOption, Session, StackOption
from engine.values import Secret, plain

app = typer.Typer(help="The state of a stack.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def output(
    stack: StackOption = "dev",
    as_json: JsonOption = False,
    show_secrets: Annotated[bool, typer.Option("--show-secrets", help="Print secret outputs too.")] = False,
) -> None:
    """The stack's outputs."""
    values = Session(stack).engine.outputs()
    visible = {k: plain(v) if show_secrets or not isinstance(v, Secret) else "[secret]" for k, v in values.items()}
    if as_json:
        report.print_json(visible)
        return
    table = report.table("output", "value")
    for key, value in sorted(visible.items()):
        table.add_row(key, report.shown(value))
    report.out.print(table)


@app.command()
def export(
    stack: StackOption = "dev",
    file: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
) -> None:
    """The deployment in Pulumi's format: `pulumi stack import` takes it over. Secrets stay encrypted."""
    import json

    document = Session(stack).engine.export()
    if file is None:
        report.print_json(document)
    else:
        file.touch(mode=0o600)
        file.write_text(json.dumps(document, indent=2) + "\n")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="What `stack export` printed.")],
    stack: StackOption = "dev",
) -> None:
    """Take a deployment over, replacing the stack's state."""
    count = Session(stack).engine.import_(file.read_text())
    report.err.print(f"imported {count} resources into stack {stack}")


@app.command("forget-cluster")
def forget_cluster(
    stack: StackOption = "dev",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Take the objects of the Kubernetes API out of the state, for a cluster that is gone or was made anew.

    Nothing is deleted anywhere: the next `edge up` makes them in the cluster that the kubeconfig leads to. What
    stands on routers and nodes stays in the state.
    """
    if not yes:
        typer.confirm(f"Forget every Kubernetes object of stack {stack}?", abort=True)
    count = Session(stack).engine.forget(lambda kind, host: host is None and not kind.startswith("command:remote:"))
    report.err.print(f"forgot {count} resources of stack {stack}; `edge up -s {stack}` makes them anew")
