"""Parses the tables of agents (StateDB's `db/show`): aligned columns under one line of names."""

from __future__ import annotations

import re
from itertools import pairwise


def rows(text: str) -> list[dict[str, str]]:
    """Each row as column -> cell. A cell may be empty or contain spaces. An empty text has no rows."""
    lines = text.splitlines()
    if not lines:
        return []
    starts = [found.start() for found in re.finditer(r"\S+", lines[0])]
    spans = [slice(start, end) for start, end in pairwise([*starts, None])]
    names = [lines[0][span].strip() for span in spans]
    return [
        {name: line[span].strip() for name, span in zip(names, spans, strict=True)}
        for line in lines[1:]
        if line.strip()
    ]
