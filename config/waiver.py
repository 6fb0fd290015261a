"""Waivers: rules that a stack breaks on purpose, with a written reason."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.base import Model

_RULE = r"^[A-Z][0-9]{1,3}$"
PATTERNS = {_RULE: "the id of a rule such as B18"}


class Waiver(Model):
    """A rule that is silenced at `path` and everywhere below (no path: everywhere)."""

    rule: Annotated[str, Field(pattern=_RULE)]
    """The rule's id."""
    path: str = ""
    """The YAML path at and below which the rule is silenced; empty: everywhere."""
    reason: Annotated[str, Field(min_length=10)]
    """Why the stack breaks the rule on purpose."""

    def covers(self, rule: str, path: str) -> bool:
        """Whether a finding of that rule at that path is silenced."""
        below = not self.path or path == self.path or path.startswith((f"{self.path}.", f"{self.path}["))
        return rule == self.rule and below
