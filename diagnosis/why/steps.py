"""An explanation as a sequence of steps, up to the step that fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """One step. `holds`: None if the step is only information."""

    text: str
    holds: bool | None = None
    steps: tuple[Step, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The step for JSON."""
        return {"text": self.text, "holds": self.holds, "steps": [step.as_dict() for step in self.steps]}

    @property
    def fails(self) -> bool:
        """Whether this step or a step below it does not hold."""
        return self.holds is False or any(step.fails for step in self.steps)
