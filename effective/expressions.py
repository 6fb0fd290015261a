"""Regular expressions as Go and Envoy read them (RE2), which take linear time."""

from __future__ import annotations

from functools import cache

import re2

_QUIET = re2.Options()
_QUIET.log_errors = False


@cache
def fault(pattern: str) -> str:
    """Why RE2 does not take a pattern; empty where it does."""
    try:
        re2.compile(pattern, _QUIET)
    except re2.error as error:
        said = error.args[0] if error.args else "not a regular expression"
        return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return ""


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern is in a text; one that does not compile is in none."""
    return not fault(pattern) and re2.compile(pattern, _QUIET).search(text) is not None
