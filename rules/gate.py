"""The gate in front of everything that touches something: no finding of severity error passes."""

from __future__ import annotations

from config.errors import Refused
from config.stack import StackConfig
from rules.registry import check_all


def admit(stack: StackConfig) -> StackConfig:
    """The stack, where no rule objects. Raises Refused with every error finding."""
    errors = check_all(stack).errors
    if errors:
        raise Refused([str(finding) for finding in errors])
    return stack
