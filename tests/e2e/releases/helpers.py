"""What tests of a release share: which release a lab runs, and a stack that a rule speaks of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.e2e.harness import Edge

Edit = Callable[[Any], object]


def release(edge: Edge) -> tuple[int, ...]:
    version = edge.original["config"]["cilium-edge:stack"]["cilium"]["version"]
    return tuple(map(int, version.split(".")[:2]))


def speaks(edge: Edge, rule: str, edit: Edit) -> bool:
    """Whether a rule says something of the changed stack; the stack is left with a waiver of it."""
    edge.change(edit)
    spoken = f" {rule} " in edge.run("check", ok=False).stdout

    def waived(stack: Any) -> None:
        edit(stack)
        # Keys that a later chart has no more are part of the question.
        stack["waivers"] = [{"rule": each, "reason": "the real programs show it"} for each in (rule, "X1", "X6")]

    edge.change(waived)
    return spoken
