"""The gate in front of everything that touches something: no finding of severity error passes.

The program and the command line pass by it.
"""

from __future__ import annotations

from config.errors import Refused
from config.stack import StackConfig
from rules.registry import RuleReport, check_all


def admit(stack: StackConfig) -> StackConfig:
    """The stack, where no rule objects. Raises Refused with every error finding."""
    refuse(check_all(stack))
    return stack


def refuse(report: RuleReport) -> None:
    """Raise Refused with every error finding of a report; return where there is none."""
    if report.errors:
        raise Refused([str(finding) for finding in report.errors])
