"""The results of rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """`error` stops a plan and an up. `warning` is only reported."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Finding:
    """One mistake at one place.

    `path` is the YAML path inside the stack. `fix` is the advice. The registry sets `rule`, so that the file of a rule
    has the id only once.
    """

    severity: Severity
    path: str
    expected: str
    got: str
    fix: str
    rule: str = ""

    def __str__(self) -> str:
        return f"{self.rule} {self.path}: expected {self.expected}, got {self.got}; fix: {self.fix}"

    def of(self, rule: str) -> Finding:
        """The same finding under a rule's id."""
        return replace(self, rule=rule)

    def at(self, path: str) -> Finding:
        """The same finding at another path."""
        return replace(self, path=path)


def error(path: str, expected: object, got: object, fix: str) -> Finding:
    """A finding that stops the plan."""
    return Finding(Severity.ERROR, path, str(expected), str(got), fix)


def warning(path: str, expected: object, got: object, fix: str) -> Finding:
    """A finding that is only reported."""
    return Finding(Severity.WARNING, path, str(expected), str(got), fix)
