"""The shell scripts that hosts run: files beside the Python that sends them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_SPOT = re.compile(r"@([A-Z]+)@")


def script(path: Path, /, **values: object) -> str:
    """The text of a script, with `values` at the spots `@NAME@`.

    What a file tells shellcheck stays here: what hosts were sent is in the state, and a comment would change it.
    """
    text = _text(path)
    named = {name.upper(): str(value) for name, value in values.items()}
    assert {*_SPOT.findall(text)} == {*named}, f"{path.name} has other spots than {', '.join(named)}"
    return _SPOT.sub(lambda spot: named[spot[1]], text)


def word(text: str) -> str:
    """A word of a script, in single quotes whatever is in it."""
    return "'" + text.replace("'", "'\\''") + "'"


@cache
def _text(path: Path) -> str:
    lines = path.read_text().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("# shellcheck "))
