"""edge stack: outputs, export and import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import screen
from cli.context import JsonOption, StackContext, StackOption
from config.private_file import write_private
from engine.values import Secret, plain

app = typer.Typer(help="The state of a stack.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def output(
    stack: StackOption = "dev",
    as_json: JsonOption = False,
    show_secrets: Annotated[bool, typer.Option("--show-secrets", help="Print secret outputs too.")] = False,
) -> None:
    """Print the stack's outputs."""
    values = StackContext(stack).engine.outputs()
    visible = {k: plain(v) if show_secrets or not isinstance(v, Secret) else "[secret]" for k, v in values.items()}
    if as_json:
        screen.print_json(visible)
        return
    table = screen.table("output", "value")
    for key, value in sorted(visible.items()):
        table.add_row(key, screen.shown(value))
    screen.out.print(table)


@app.command()
def export(
    stack: StackOption = "dev",
    file: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Print the deployment in Pulumi's format, for `pulumi stack import`. Secrets stay encrypted."""
    import json

    document = StackContext(stack).engine.export()
    if file is None:
        screen.print_json(document)
    else:
        # Secrets are encrypted, and the other outputs are not.
        write_private(file, json.dumps(document, indent=2) + "\n")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The output of `stack export`.")],
    stack: StackOption = "dev",
) -> None:
    """Import a deployment. It replaces the stack's state."""
    count = StackContext(stack).engine.import_(file.read_text())
    screen.err.print(f"imported {count} resources into stack {stack}")


@app.command("forget-cluster")
def forget_cluster(
    stack: StackOption = "dev",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove Kubernetes objects from the state, for a cluster that is gone or was created again.

    Nothing is deleted anywhere: the next `edge up` creates the objects in the cluster of the kubeconfig. Resources
    of routers and nodes stay in the state.
    """
    if not yes:
        typer.confirm(f"Forget every Kubernetes object of stack {stack}?", abort=True)
    count = StackContext(stack).engine.forget(
        lambda kind, host: host is None and not kind.startswith("command:remote:")
    )
    screen.err.print(f"forgot {count} resources of stack {stack}; `edge up -s {stack}` creates them again")
