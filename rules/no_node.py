"""A check for node selectors that select no node, for several rules."""

from __future__ import annotations

from collections.abc import Iterator

from config.labels import LabelSelector
from rules.facts import Facts
from rules.finding import Finding, error, warning


def no_node(facts: Facts, path: str, selector: LabelSelector | None, fix: str) -> Iterator[Finding]:
    """An error if no node can match, or a warning if the result depends on a label that the stack sets on no node."""
    if selector is None or facts.selected(selector):
        return
    if not facts.chosen(selector):
        yield error(path, "labels of at least one node", selector.manifest(), fix)
    elif keys := facts.selection.unknown(selector):
        what = f"{', '.join(keys)}, which the stack sets on no node; every node is taken to have it"
        fix = "declare it in nodes[].labels of the nodes that have it"
        yield warning(path, "labels that the stack knows", what, fix)
