"""The shipped stacks of containers, as documents and with what a change is told, for tests that change one thing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.errors import ConfigError
from config.load import parse
from config.stack import StackConfig

PROJECT = Path(__file__).resolve().parents[2]
Change = Callable[[Any], object]


def document(name: str, *changes: Change) -> Any:
    """The document of the shipped stack `docker`, `egress-docker` or `kind`, after the changes."""
    made = yaml.safe_load((PROJECT / f"Pulumi.{name}.yaml").read_text())["config"]["cilium-edge:stack"]
    for change in changes:
        change(made)
    return made


def changed(name: str, *changes: Change) -> StackConfig:
    """The shipped stack after the changes."""
    return parse(document(name, *changes), name)


def told(name: str, *changes: Change) -> list[str]:
    """The problems of a shipped stack after the changes; none if the stack is accepted."""
    try:
        changed(name, *changes)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []


def cluster(**settings: Any) -> Change:
    """Settings of `cluster`."""
    return lambda d: d["cluster"].update(settings)


def outpost(address: str) -> Change:
    """One outpost with that address."""
    return lambda d: d.update(outposts=[{"name": "client", "address": address}])


def wire(where: str, index: int, **interface: Any) -> Change:
    """A further interface of a node or router."""
    return lambda d: d[where][index]["interfaces"].append(interface)


def address(where: str, index: int, value: str) -> Change:
    """Another address of the first interface."""
    return lambda d: d[where][index]["interfaces"][0].update(address=value)


EACH = pytest.mark.parametrize("name", ["docker", "egress-docker", "kind"])
