"""check, explain and rules: mistakes that the rules find, and the page of each rule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import screen
from cli.context import StackContext, StackOption
from cli.findings import Format, show
from cli.lines import line_finder
from config.errors import ConfigError, Problem


def check(
    stack: StackOption = "dev",
    form: Annotated[
        Format, typer.Option("--format", "-f", help="For people, programs, or a pull request.")
    ] = Format.TEXT,
) -> None:
    """Look for mistakes in the stack file. Nothing is changed. The exit status is 2 if a mistake is an error."""
    context = StackContext(stack)
    report = context.report
    file = Path(f"Pulumi.{stack}.yaml")
    show(report, form, str(file), line_finder(file))
    if form is Format.TEXT and not report.findings:
        screen.out.print(f"stack {stack}: no mistakes found")
    if report.errors:
        raise typer.Exit(2)


def explain(
    rule: Annotated[str | None, typer.Argument(help="The id of a rule, such as B24; none lists all.")] = None,
) -> None:
    """Explain a rule: what it checks, why it matters, the symptoms, and the right way."""
    from rules.registry import find, rules

    if rule is None:
        table = screen.table("rule", "what it finds")
        for item in rules():
            table.add_row(item.id, item.title)
        screen.out.print(table)
        return
    found = find(rule)
    if found is None:
        raise ConfigError("", [Problem("RULE", "the id of a rule (edge explain lists them)", rule)])
    print(found.page)


def rules_page(
    file: Annotated[Path | None, typer.Argument(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Print every rule's page as one Markdown document (docs/rules.md)."""
    from cli.rules_page import markdown

    text = markdown()
    if file is None:
        print(text, end="")
    else:
        file.write_text(text)
