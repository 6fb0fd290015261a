"""Examples from stack files: the lines of a key, and the values of all paths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from cli.lines import line_finder
from config.load import PROJECT


def ends(path: str, end: str) -> bool:
    """Whether a path is `end`, or ends with it."""
    return path == end or path.endswith(f".{end}")


def stack_of(text: str) -> Any:
    """The stack object in the text of a stack file."""
    return yaml.safe_load(text)["config"][f"{PROJECT}:stack"]


def snippets(file: Path) -> Iterator[tuple[str, str]]:
    """Key -> its lines in a stack file; only the first entry of a list."""
    text = file.read_text()
    lines, line_of, stack = text.splitlines(), line_finder(file), stack_of(text)
    starts = sorted((line_of(key), key) for key in stack)
    for i, (start, key) in enumerate(starts):
        end = starts[i + 1][0] if i + 1 < len(starts) else len(lines) + 1
        if isinstance(stack[key], list) and len(stack[key]) > 1:
            end = line_of(f"{key}[1]")
        kept = [line.removeprefix("    ") for line in lines[start - 1 : end - 1]]
        while kept and (not kept[-1].strip() or kept[-1].lstrip().startswith("#")):
            kept.pop()
        yield key, "\n".join(kept)


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value by its path. The first value of a path comes last, so that it wins in a dict."""
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, below in reversed(value.items()):
            yield from flat(below, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for below in reversed(value):
            yield from flat(below, f"{path}[]")
