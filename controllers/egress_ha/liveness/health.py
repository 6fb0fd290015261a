"""Whether a target answers, from the view of one prober."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """`misses` in a row take a target out of use, `recoveries` in a row bring it back."""

    misses: int = 3
    recoveries: int = 3


@dataclass
class Health:
    """One target. `up` is None until the prober knows."""

    thresholds: Thresholds
    up: bool | None = None
    _misses: int = 0
    _answers: int = 0

    @property
    def steady(self) -> bool:
        """Whether the target answered the last probe."""
        return self._misses == 0

    def update(self, answered: bool) -> bool:
        """Process the result of a probe; returns whether it changed `up`."""
        if answered:
            self._answers, self._misses = self._answers + 1, 0
        else:
            self._misses, self._answers = self._misses + 1, 0
        before = self.up
        if self._misses >= self.thresholds.misses:
            self.up = False
        # While `up` is unknown, a single answer is enough.
        elif self._answers >= (1 if before is None else self.thresholds.recoveries):
            self.up = True
        return self.up is not before
