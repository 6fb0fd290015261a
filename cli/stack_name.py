"""Parses the name of a stack: `NAME`, or `ORGANIZATION/PROJECT/NAME` as the Pulumi CLI prints it."""

from __future__ import annotations

from pathlib import Path

from yaml import YAMLError

from config.errors import ConfigError, Problem
from config.load import PROJECT
from config.yaml_text import read


class StackName(str):
    """The NAME of Pulumi.NAME.yaml. `qualified`: the stack's name in a backend with organizations."""

    qualified: str


def stack_name(text: str) -> StackName:
    """Parse a stack name. Raises ConfigError if it is not a name in this project."""
    parts = text.split("/")
    name = StackName(parts[-1])
    name.qualified = text
    wrong = not all(parts) or len(parts) > 3 or name.startswith(".")
    if wrong or (len(parts) == 3 and parts[1] != _project()):
        expected = f"a stack: NAME, or ORGANIZATION/{_project()}/NAME"
        raise ConfigError(text, [Problem("--stack", expected, text or "nothing")])
    return name


def _project() -> str:
    try:
        return str(read(Path("Pulumi.yaml").read_text())["name"])
    except (OSError, YAMLError, KeyError, TypeError):
        # Later readers of the file report its faults.
        return PROJECT
