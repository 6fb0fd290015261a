"""Interface patterns of L2 policies: regular expressions as Go has them (RE2)."""

from __future__ import annotations

import re

# What Python takes and RE2 does not: look-around, back-references, atomic groups, possessive repeats, \Z.
NOT_RE2 = re.compile(r"\(\?(=|!|<=|<!|>|P=|#|\()|\\[1-9Z]|[*+?}]\+")
# What RE2 takes and Python does not.
RE2_ONLY = re.compile(r"\\[pPQECz]")
_POSIX = {"[:digit:]": "0-9", "[:alpha:]": "a-zA-Z", "[:alnum:]": "a-zA-Z0-9", "[:lower:]": "a-z", "[:upper:]": "A-Z"}


def as_python(pattern: str) -> str:
    """The same expression in Python's words."""
    for posix, plain in _POSIX.items():
        pattern = pattern.replace(posix, plain)
    return re.sub(r"\(\?<(?![=!])", "(?P<", pattern)


def may_match(pattern: str, name: str) -> bool:
    """Whether a pattern takes an interface; one that only Go can read is taken to."""
    if RE2_ONLY.search(pattern):
        return True
    try:
        return re.search(as_python(pattern), name) is not None
    except re.error:
        return False
