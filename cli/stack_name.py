"""The name of a stack as a user gives it: `NAME`, or as the Pulumi CLI prints it, `ORGANIZATION/PROJECT/NAME`."""

from __future__ import annotations

from config.errors import ConfigError, Problem
from config.load import PROJECT


class StackName(str):
    """The NAME of Pulumi.NAME.yaml. `qualified` is what a backend with organizations calls the stack."""

    qualified: str


def stack_name(text: str) -> StackName:
    """Raises ConfigError for what names no stack of this project."""
    parts = text.split("/")
    name = StackName(parts[-1])
    name.qualified = text
    other = len(parts) == 3 and parts[1] != PROJECT
    if not all(parts) or len(parts) > 3 or name.startswith(".") or other:
        expected = f"a stack: NAME, or ORGANIZATION/{PROJECT}/NAME"
        raise ConfigError(text, [Problem("--stack", expected, text or "nothing")])
    return name
