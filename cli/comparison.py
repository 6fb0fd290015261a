"""Compares two revisions of a stack: changes, their effects on traffic, and differing files."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from rich.text import Text

from cli import screen
from cli.findings import as_json as findings_json
from cli.findings import print_text
from cli.snapshot import Snapshot
from rules.changes.effects import Effect, effects
from rules.changes.semantic import differences
from rules.registry import RuleReport, check_all

_COLORS = {"+": "green", "-": "red", "~": "yellow"}


@dataclass(frozen=True)
class Comparison:
    """A change of a stack, with everything that a reviewer needs."""

    stack: str
    base: str
    report: RuleReport
    effects: tuple[Effect, ...] = ()
    created: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return bool(self.effects or self.created or self.deleted or self.files)

    @property
    def tally(self) -> str:
        """The numbers of changes, of changes that traffic may notice, and of differing files."""
        loud = sum(effect.loud for effect in self.effects)
        return f"{len(self.effects)} change(s), {loud} that traffic may notice; {len(self.files)} file(s) differ"


def compare(stack: str, base: str, before: Snapshot | None, after: Snapshot) -> Comparison:
    """Compare two snapshots. `before` None: the stack is new."""
    report = check_all(after.stack, before.stack if before else None)
    found: tuple[Effect, ...] = ()
    if before is not None:
        found = tuple(effects(differences(before.stack, after.stack), before.stack, after.stack))
    old = before or Snapshot(after.stack, {}, {})
    names = sorted({*old.artefacts, *after.artefacts})
    files = [(name, _diff(name, old.artefacts.get(name), after.artefacts.get(name))) for name in names]
    return Comparison(
        stack,
        base,
        report,
        found,
        tuple(sorted(set(after.resources) - set(old.resources))),
        tuple(sorted(set(old.resources) - set(after.resources))),
        tuple((name, text) for name, text in files if text),
    )


def _diff(name: str, before: str | None, after: str | None) -> str:
    lines = unified_diff(
        (before or "").splitlines(),
        (after or "").splitlines(),
        f"a/{name}" if before is not None else "/dev/null",
        f"b/{name}" if after is not None else "/dev/null",
        lineterm="",
    )
    return "\n".join(lines)


def print_comparison(item: Comparison) -> None:
    """Print a comparison to a terminal."""
    out = screen.out
    print_text(item.report, out)
    out.print(Text(f"Stack {item.stack} against {item.base}", "bold"))
    if not item.changed:
        out.print("no changes")
        return
    for effect in item.effects:
        out.print(Text(str(effect.change), _COLORS[effect.change.kind]))
        out.print(Text(f"    traffic: {effect.text}", "bold" if effect.loud else "dim"))
    for sign, names in (("+", item.created), ("-", item.deleted)):
        for name in names:
            out.print(Text(f"{sign} resource {name}", _COLORS[sign]))
    for _, text in item.files:
        for line in text.splitlines():
            out.print(Text(line, _COLORS.get(line[:1], "dim")))
    out.print(Text(item.tally, "bold"))


def as_json(item: Comparison) -> dict[str, Any]:
    """A comparison for programs."""
    return {
        "stack": item.stack,
        "base": item.base,
        "changed": item.changed,
        **findings_json(item.report),
        "changes": [
            {
                "path": e.change.path,
                "kind": e.change.kind,
                "before": e.change.before,
                "after": e.change.after,
                "traffic": e.text,
                "noticed": e.loud,
            }
            for e in item.effects
        ],
        "created": list(item.created),
        "deleted": list(item.deleted),
        "files": dict(item.files),
    }


def markdown(item: Comparison) -> str:
    """A comparison as a pull-request comment; empty without changes and findings."""
    if not item.changed and not item.report.findings:
        return ""
    lines = [f"### `{item.stack}` against {item.base}", "", f"**{item.tally}**", ""]
    for finding in item.report.findings:
        icon = ":x:" if finding in item.report.errors else ":warning:"
        lines.append(f"- {icon} **{finding.rule}** {_text(str(finding).removeprefix(finding.rule + ' '))}")
    if item.effects:
        lines += ["", "| change | effect on traffic |", "|---|---|"]
        lines += [f"| {_text(str(e.change))} | {'**' + e.text + '**' if e.loud else e.text} |" for e in item.effects]
    resources = [f"+ {name}" for name in item.created] + [f"- {name}" for name in item.deleted]
    if resources:
        lines += _folded(f"{len(resources)} resource(s) created or deleted", "\n".join(resources))
    for name, text in item.files:
        lines += _folded(name, text)
    return "\n".join(lines) + "\n"


def _folded(title: str, text: str) -> list[str]:
    # A run of backticks inside the text must not end the block.
    fence = "`" * max(4, 1 + max(map(len, re.findall("`+", text)), default=0))
    # Inside a line of HTML, a backslash escapes nothing.
    summary = html.escape(title).replace("@", "@\u200b").replace("\n", " ")
    return ["", f"<details><summary>{summary}</summary>", "", f"{fence}diff", text, fence, "", "</details>"]


def _text(text: str) -> str:
    """Text from the stack file, escaped so that it becomes neither Markdown nor a mention."""
    for letter in "\\`*_{}[]<>|~#":
        text = text.replace(letter, f"\\{letter}")
    return text.replace("@", "@\u200b").replace("\n", " ")
