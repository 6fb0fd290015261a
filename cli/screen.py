"""The appearance of plans, steps and verdicts, in one place."""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.diff import ABSENT, PropertyChange
from engine.events import Op, Step, Summary
from engine.values import UNKNOWN, Secret

# A file or a pipe has no width; rich would use 80 columns.
_WIDTH = None if sys.stdout.isatty() else 200
out = Console(highlight=False, soft_wrap=True, width=_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)

_SIGNS = {
    Op.CREATE: ("+", "green"),
    Op.UPDATE: ("~", "yellow"),
    Op.REPLACE: ("+-", "magenta"),
    Op.DELETE: ("-", "red"),
    Op.SAME: (" ", "dim"),
    Op.REFRESH: ("?", "cyan"),
    Op.IMPORT: ("=", "green"),
    Op.READ: (">", "cyan"),
}
_PAST = {
    Op.CREATE: "created",
    Op.UPDATE: "updated",
    Op.REPLACE: "replaced",
    Op.DELETE: "deleted",
    Op.REFRESH: "read",
    Op.SAME: "unchanged",
    Op.IMPORT: "imported",
    Op.READ: "read",
}


class Clock:
    """Prints lines of progress with the seconds since the command began."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, text: str, style: str = "") -> None:
        """Print a line of progress to standard error: standard output is for results."""
        err.print(Text(f"{time.monotonic() - self._began:7.1f} s  ", "dim"), Text(text, style), sep="")

    @property
    def seconds(self) -> float:
        """Seconds since the command began."""
        return time.monotonic() - self._began


# Seconds between two lines about running steps.
_INTERVAL = 10.0


def stepper(clock: Clock) -> Any:
    """A listener that prints each step when it is over, and running steps every 10 s."""
    running: dict[str, tuple[float, Step]] = {}

    def tell() -> None:
        while True:
            time.sleep(_INTERVAL)
            now = time.monotonic()
            for began, step in list(running.values()):
                if now - began >= _INTERVAL:
                    why = f", waits for {step.waiting}" if step.waiting else ""
                    clock.say(f" . {short(step.type)} {step.name}: {now - began:.0f} s so far{why}", "dim")

    threading.Thread(target=tell, name="progress", daemon=True).start()

    def listen(step: Step, over: bool) -> None:
        if not over:
            began, _ = running.get(step.urn, (time.monotonic(), step))
            running[step.urn] = (began, step)
            return
        running.pop(step.urn, None)
        if step.op is Op.SAME or not step.custom:
            return
        sign, color = _SIGNS[step.op]
        what = f"{sign:>2} {short(step.type)} {step.name}"
        if step.error:
            clock.say(f"{what}: failed: {step.error}", "bold red")
        else:
            clock.say(f"{what} {_PAST[step.op]} ({step.seconds:.1f} s)", color)

    return listen


def short(kind: str) -> str:
    """`kubernetes:cilium.io/v2:CiliumBGPPeerConfig` -> `CiliumBGPPeerConfig`."""
    prefix, _, name = kind.rpartition(":")
    return f"{prefix}:{name}" if prefix.startswith("command") else name


def print_plan(summary: Summary, title: str) -> None:
    """Print a tree of the steps, with their property differences."""
    children: dict[str, list[Step]] = {}
    urns = {step.urn for step in summary.steps}
    for step in sorted(summary.steps, key=lambda s: (s.type, s.name)):
        children.setdefault(step.parent if step.parent in urns else "", []).append(step)
    out.print(Text(title, "bold"))

    def show(step: Step, depth: int) -> None:
        below = children.get(step.urn, [])
        if step.op is not Op.SAME or any(_has_change(s, children) for s in below):
            sign, color = _SIGNS[step.op]
            line = Text(f"{sign:>2} ", color) + Text("  " * depth + f"{short(step.type)} {step.name}")
            if step.replace_keys:
                line.append(f"  replaced for {', '.join(step.replace_keys)}", "magenta")
            out.print(line)
            if step.op is not Op.CREATE:
                for change in step.changes:
                    out.print("     " + "  " * depth, change_line(change), sep="")
        for item in below:
            show(item, depth + 1)

    for root in children.get("", []):
        show(root, 0)
    out.print(tally(summary))


def _has_change(step: Step, children: dict[str, list[Step]]) -> bool:
    return step.op is not Op.SAME or any(_has_change(s, children) for s in children.get(step.urn, []))


def change_line(change: PropertyChange) -> Text:
    """A change as `path: old -> new`, without the contents of secrets."""
    if change.before is ABSENT:
        return Text(f"+ {change.path}: {shown(change.after)}", "green")
    if change.after is ABSENT:
        return Text(f"- {change.path}: {shown(change.before)}", "red")
    before, after = change.before, change.after
    if isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        return _text_change(change.path, before, after)
    return Text(f"~ {change.path}: {shown(before)} -> {shown(after)}", "yellow")


def _text_change(path: str, before: str, after: str) -> Text:
    from difflib import unified_diff

    lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))[2:]
    result = Text(f"~ {path}:", "yellow")
    for line in lines:
        style = {"+": "green", "-": "red"}.get(line[0], "dim")
        result.append("\n       " + line, style)
    return result


def shown(value: Any) -> str:
    """A value for people, never the content of a secret."""
    if isinstance(value, Secret):
        return "[secret]"
    if value is UNKNOWN:
        return "(known after up)"
    text = json.dumps(value, default=repr) if not isinstance(value, str) else value
    return text if len(text) <= 100 else text[:97] + "..."


def tally(summary: Summary) -> str:
    """The counts of resources, as `2 created, 1 updated, 30 unchanged`."""
    words = [f"{n} {_PAST[op]}" for op, n in sorted(summary.counts.items()) if op is not Op.SAME]
    same = summary.counts.get(Op.SAME, 0)
    return ", ".join([*words, f"{same} unchanged"]) if words else f"no changes, {same} unchanged"


def summary_json(summary: Summary) -> dict[str, Any]:
    """A plan or a run for machines."""
    return {
        "counts": {str(op): n for op, n in sorted(summary.counts.items())},
        "steps": [
            {
                "op": str(s.op),
                "type": s.type,
                "name": s.name,
                "urn": s.urn,
                "seconds": round(s.seconds, 2),
                "error": s.error,
                "changes": [
                    {"path": c.path, "kind": c.kind, "before": _plain(c.before), "after": _plain(c.after)}
                    for c in s.changes
                ],
            }
            for s in sorted(summary.steps, key=lambda s: s.urn)
        ],
        "warnings": summary.warnings,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Secret) or value is UNKNOWN:
        return shown(value)
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return None if value is ABSENT else value


def print_json(data: Any) -> None:
    """Print JSON to standard output, without colour or wrapping."""
    sys.stdout.write(json.dumps(data, indent=2, sort_keys=False, default=str) + "\n")


def table(*columns: str) -> Table:
    """A table in the common style of all tables."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        result.add_column(column, overflow="fold")
    return result
