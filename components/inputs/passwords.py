"""Passwords of BGP sessions, within the limits of FRR and the kernel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from components.inputs.arguments import ArgumentError, described
from config.errors import Problem

# FRR expects one word. The kernel limits the length of the key (TCP_MD5SIG_MAXKEYLEN).
_PASSWORD = re.compile(r"[!-~]{1,80}")


def unfit(path: str, value: Any) -> list[Problem]:
    """The problems of a password. A password of several words could add lines to a router's configuration.

    The messages do not contain the value.
    """
    if isinstance(value, str) and _PASSWORD.fullmatch(value):
        return []
    got = f"another text of {len(value)} characters" if isinstance(value, str) else described(value)
    return [Problem(path, "a BGP password: 1 to 80 printable ASCII characters without blanks", got)]


def needed(component: str, names: tuple[str, ...], passwords: Mapping[str, Any] | None) -> dict[str, str]:
    """The passwords of these names. Raises ArgumentError with all missing and invalid passwords."""
    there = passwords or {}
    wrong = [problem for name in names for problem in unfit(f"passwords.{name}", there.get(name))]
    if wrong:
        raise ArgumentError(component, wrong)
    return {name: there[name] for name in names}
