"""An answer: what holds, one step after the other, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """One step. `holds` is None where it is only told."""

    text: str
    holds: bool | None = None
    steps: tuple[Step, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"text": self.text, "holds": self.holds, "steps": [step.as_dict() for step in self.steps]}

    @property
    def fails(self) -> bool:
        """Whether it, or one below it, does not hold."""
        return self.holds is False or any(step.fails for step in self.steps)
