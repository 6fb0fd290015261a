"""Finds the line of a YAML path in a stack file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import yaml

from config import yaml_text
from config.load import PROJECT


def line_finder(file: Path) -> Callable[[str], int]:
    """A function from a path such as `routers[0].bgp.asn` to its line, or the line of its nearest existing parent."""
    root = yaml_text.compose(file.read_text())

    def find(path: str) -> int:
        node = root
        line = 1
        steps: list[str | int] = ["config", f"{PROJECT}:stack"]
        for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
            steps.append(int(index) if index else name)
        for step in steps:
            below = _below(node, step)
            if below is None:
                break
            line, node = below
        return line

    return find


def _below(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(step, int):
        if isinstance(node, yaml.SequenceNode) and step < len(node.value):
            item = node.value[step]
            return item.start_mark.line + 1, item
        return None
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode) and key.value == step:
            return key.start_mark.line + 1, value
    return None
