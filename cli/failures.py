"""Prints foreseen failures: a table for people, with equal losses in one row, and JSON with everything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.text import Text

from cli import screen
from failures.foresee import Cost, Foreseen
from rules.words import some

# Kinds of objects that each loss has for itself. The table shows their number instead of their names.
_OWN = ("pods", "way back")


def as_json(found: Iterable[Foreseen]) -> dict[str, Any]:
    """Every loss with its costs, for JSON."""
    return {
        "failures": [
            {
                "kind": one.loss.kind,
                "name": one.loss.name,
                "down": bool(one.down),
                "costs": [
                    {
                        "kind": cost.thing.kind,
                        "names": list(cost.thing.names),
                        "left": cost.left,
                        "of": len(cost.thing.paths),
                        "down": cost.down,
                        "share": round(cost.share, 3),
                        "seconds": cost.seconds,
                    }
                    for cost in one.costs
                ],
            }
            for one in found
        ]
    }


def print_table(found: list[Foreseen], stack: str) -> None:
    """Print a table with one row for losses with equal costs. Losses without costs are only counted."""
    table = screen.table("loss", "of", "costs", "", "for")
    table.title, table.title_justify = f"Every single loss of stack {stack}", "left"
    for losses, costs in _alike(found).items():
        for number, cost in enumerate(costs):
            kind, names, text, share, seconds, down = cost
            first = (losses[0], some(losses[1], 3)) if number == 0 else ("", "")
            table.add_row(*first, f"{kind} {names}", Text(text, "red" if down else ""), _how_long(share, seconds))
    screen.out.print(table)
    bad = [one for one in found if one.down]
    screen.out.print(f"{len(found)} losses, {len(bad)} of them take something down", style="red" if bad else "green")


_Row = tuple[str, str, str, float, float | None, bool]


def _alike(found: list[Foreseen]) -> dict[tuple[str, tuple[str, ...]], list[_Row]]:
    """(Kind, names of the losses) -> rows of their common costs."""
    groups: dict[tuple[str, tuple[_Row, ...]], list[str]] = {}
    for one in found:
        groups.setdefault((one.loss.kind, tuple(_rows(one.costs))), []).append(one.loss.name)
    return {(kind, tuple(names)): list(rows) for (kind, rows), names in groups.items() if rows}


def _rows(costs: Iterable[Cost]) -> Iterable[_Row]:
    """Rows of costs. Costs of one kind that differ only in their names share a row."""
    merged: dict[tuple[str, str, float, float | None, bool], list[str]] = {}
    for cost in costs:
        key = (cost.thing.kind, cost.text(), cost.share, cost.seconds, cost.down)
        merged.setdefault(key, []).extend(cost.thing.names)
    for (kind, text, share, seconds, down), names in merged.items():
        shown = (f"of {len(names)}" if len(names) > 1 else "") if kind in _OWN else some(names, 2)
        yield kind, shown, text, share, seconds, down


def _how_long(share: float, seconds: float | None) -> str:
    if seconds is None:
        return "until it is back"
    if not seconds:
        return "nothing is lost"
    return f"up to {seconds:.3g} s" + (f", {share:.0%} of the traffic" if share < 1 else "")
