"""The result of one check."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Color(StrEnum):
    """Green: proven. Red: disproven. Grey: no answer. Only green counts as success."""

    GREEN = "green"
    RED = "red"
    GREY = "grey"


@dataclass(frozen=True)
class Verdict:
    """The expected and the observed result, and the place. `cause`: the likely cause of a red verdict."""

    check: str
    subject: str
    color: Color
    expected: str
    observed: str
    where: str
    cause: str = ""
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The verdict for JSON."""
        return {**asdict(self), "color": str(self.color)}


def judged(
    check: str, subject: str, good: bool, expected: object, observed: object, where: str, cause: str = ""
) -> Verdict:
    """A green or red verdict. A green verdict drops the cause."""
    color = Color.GREEN if good else Color.RED
    return Verdict(check, subject, color, str(expected), str(observed), where, "" if good else cause)


def unknown(check: str, subject: str, expected: object, where: str, why: object) -> Verdict:
    """A grey verdict: not queried, or no answer."""
    text = str(why)
    return Verdict(check, subject, Color.GREY, str(expected), f"no answer: {text}", where, text)
