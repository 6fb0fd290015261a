"""The name of a stack as a user gives it: `NAME`, or as the Pulumi CLI prints it, `ORGANIZATION/PROJECT/NAME`."""

from __future__ import annotations

from pathlib import Path

from yaml import YAMLError

from config.errors import ConfigError, Problem
from config.load import PROJECT
from config.yaml_text import read


class StackName(str):
    """The NAME of Pulumi.NAME.yaml. `qualified` is what a backend with organizations calls the stack."""

    qualified: str


def stack_name(text: str) -> StackName:
    """Raises ConfigError for what names no stack of this project."""
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
        # What is wrong with the file is said by those who need more of it.
        return PROJECT
