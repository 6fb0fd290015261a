"""The dev stack of the repository, as a document and as a model, for tests that change one thing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from config.load import parse
from config.stack import StackConfig

_FILE = Path(__file__).parents[2] / "Pulumi.dev.yaml"


@cache
def _document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(_FILE.read_text())["config"]["cilium-edge:stack"]
    return loaded


def document() -> dict[str, Any]:
    """A copy that the caller may change."""
    return copy.deepcopy(_document())


def dev_stack(change: Callable[[dict[str, Any]], object] | None = None) -> StackConfig:
    """The dev stack, after `change` had its document."""
    changed = document()
    if change:
        change(changed)
    return parse(changed, "dev")
