"""The shell scripts for hosts: files next to the Python modules that send them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_SPOT = re.compile(r"@([A-Z]+)@")


def script(path: Path, /, **values: object) -> str:
    """The text of a script, with `values` in place of `@NAME@`.

    Directives for shellcheck are removed, so that they do not change the scripts in the state.
    """
    text = _text(path)
    named = {name.upper(): str(value) for name, value in values.items()}
    assert {*_SPOT.findall(text)} == {*named}, f"{path.name} has other spots than {', '.join(named)}"
    return _SPOT.sub(lambda spot: named[spot[1]], text)


def word(text: str) -> str:
    """Any text as one word of a script, in single quotes."""
    return "'" + text.replace("'", "'\\''") + "'"


@cache
def _text(path: Path) -> str:
    lines = path.read_text().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("# shellcheck "))
