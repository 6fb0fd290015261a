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
