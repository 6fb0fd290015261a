"""Passwords of BGP sessions: what FRR and the kernel take as one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from components.inputs.arguments import ArgumentError, described
from config.errors import Problem

# What FRR takes in one word of a line, and the kernel as a key (TCP_MD5SIG_MAXKEYLEN).
_PASSWORD = re.compile(r"[!-~]{1,80}")


def unfit(path: str, value: Any) -> list[Problem]:
    """What is wrong with a password. One that is no single word would add lines to a router's file.

    Of the value itself nothing is told.
    """
    if isinstance(value, str) and _PASSWORD.fullmatch(value):
        return []
    got = f"one of {len(value)} characters that is not" if isinstance(value, str) else described(value)
    return [Problem(path, "a BGP password: 1 to 80 printable ASCII characters without blanks", got)]


def needed(component: str, names: tuple[str, ...], passwords: Mapping[str, Any] | None) -> dict[str, str]:
    """The passwords of these names. Raises ArgumentError with every one that is missing or unfit."""
    there = passwords or {}
    wrong = [problem for name in names for problem in unfit(f"passwords.{name}", there.get(name))]
    if wrong:
        raise ArgumentError(component, wrong)
    return {name: there[name] for name in names}
