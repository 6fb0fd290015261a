"""Exceptions that no provider declares, as the failure of one resource in one line."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.errors import EdgeError
from engine.values import Properties, Secret, plain

_ROOT = Path(__file__).resolve().parents[1]
_DO = "report this line with the command that you ran; the state is kept, and the next run goes on"


def as_failure(error: Exception, seen: list[Properties] | None = None) -> EdgeError:
    """The failure to show for an exception in a step.

    `seen`: the properties that the step has seen, whose secrets are removed from the text. Without them, a bug is
    shown without its text, which may have secrets.
    """
    if isinstance(error, EdgeError):
        return error
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return EdgeError(f"{error.strerror or error}{where}")
    words = "" if seen is None else " ".join(str(error).split())
    for secret in _secrets(seen):
        words = words.replace(secret, "[secret]")
    return EdgeError(f"this is a bug: {type(error).__name__}{f': {words}' if words else ''} ({_place(error)}); {_DO}")


def _place(error: Exception) -> str:
    """The innermost line of this project in the traceback, otherwise the innermost of all."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_ROOT) and ".venv" not in frame.filename]
    if not frames:
        return "no traceback"
    last = (own or frames)[-1]
    file = Path(last.filename)
    return f"{file.relative_to(_ROOT) if own else file.name}:{last.lineno}"


def _secrets(value: Any) -> Iterator[str]:
    """Each text inside a secret, and each of its lines; longest first."""
    if isinstance(value, Secret):
        yield from sorted(_texts(plain(value.value)), key=len, reverse=True)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _secrets(item)
    elif isinstance(value, list):
        for item in value:
            yield from _secrets(item)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif value not in (None, "", True, False):
        # As the message has them: on one line.
        lines = [" ".join(line.split()) for line in str(value).splitlines()]
        yield from (part for part in (" ".join(lines), *lines) if part)
