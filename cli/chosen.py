"""--target and --exclude: the resources of a stack that a command applies to."""

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
    """The selection of both options."""
    # The engine is slow to import, and --help does not need it.
    from engine.selection import Selection

    return Selection(tuple(target or ()), tuple(exclude or ()))
