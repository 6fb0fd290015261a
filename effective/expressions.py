"""Regular expressions in the syntax of Go and Envoy (RE2), with linear running time."""

from __future__ import annotations

from functools import cache

import re2

_QUIET = re2.Options()
_QUIET.log_errors = False


@cache
def fault(pattern: str) -> str:
    """The error of RE2 for a pattern. Empty: the pattern is valid."""
    try:
        re2.compile(pattern, _QUIET)
    except re2.error as error:
        said = error.args[0] if error.args else "not a regular expression"
        return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return ""


def matches(pattern: str, text: str) -> bool:
    """Whether a text contains a match of the pattern. An invalid pattern matches nothing."""
    return not fault(pattern) and re2.compile(pattern, _QUIET).search(text) is not None
