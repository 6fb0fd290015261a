"""--target and --exclude: of which resources of a stack a command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.selection import Selection

TargetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        "-t",
        metavar="NAME",
        help="Only this resource: its name or URN, with the wildcards * and ?. May be repeated.",
    ),
]
ExcludeOption = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="NAME", help="All but this resource; given as --target is.")
]


def selection(target: list[str] | None, exclude: list[str] | None) -> Selection:
    """What both options say together."""
    # The engine is slow to import, and --help needs it not.
    from engine.selection import Selection

    return Selection(tuple(target or ()), tuple(exclude or ()))
