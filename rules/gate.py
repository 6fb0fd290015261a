"""The gate before every change of hosts or of the cluster: a stack with an error finding is refused.

The program and the command line use this gate.
"""

from __future__ import annotations

from config.errors import Refused
from config.stack import StackConfig
from rules.registry import RuleReport, check_all


def admit(stack: StackConfig) -> StackConfig:
    """The stack, if no rule objects. Raises Refused with all error findings."""
    refuse(check_all(stack))
    return stack


def refuse(report: RuleReport) -> None:
    """Raises Refused with all error findings of a report, if there are any."""
    if report.errors:
        raise Refused([str(finding) for finding in report.errors])
