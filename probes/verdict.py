"""The result of one check."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Color(StrEnum):
    """Green is proven, red is disproven, grey could not be asked; only green counts as success."""

    GREEN = "green"
    RED = "red"
    GREY = "grey"


@dataclass(frozen=True)
class Verdict:
    """What was expected, what was seen, and where. `cause` is the likely reason of a red one."""

    check: str
    subject: str
    color: Color
    expected: str
    observed: str
    where: str
    cause: str = ""
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "color": str(self.color)}


def judged(
    check: str, subject: str, good: bool, expected: object, observed: object, where: str, cause: str = ""
) -> Verdict:
    """Green or red; the cause is dropped from a green one."""
    color = Color.GREEN if good else Color.RED
    return Verdict(check, subject, color, str(expected), str(observed), where, "" if good else cause)


def unknown(check: str, subject: str, expected: object, where: str, why: object) -> Verdict:
    """Not asked, or not answered: never green."""
    text = str(why)
    return Verdict(check, subject, Color.GREY, str(expected), f"no answer: {text}", where, text)
