"""Whether a gateway answers, as one vantage point sees it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """`misses` in a row make it gone, `recoveries` in a row bring it back."""

    misses: int = 3
    recoveries: int = 3


@dataclass
class Health:
    """One gateway. `up` is None until that is known."""

    thresholds: Thresholds
    up: bool | None = None
    _misses: int = 0
    _answers: int = 0

    @property
    def steady(self) -> bool:
        """Whether it answered the last time, too."""
        return self._misses == 0

    def probed(self, answered: bool) -> bool:
        """Take a result in; True where that changed `up`."""
        if answered:
            self._answers, self._misses = self._answers + 1, 0
        else:
            self._misses, self._answers = self._misses + 1, 0
        before = self.up
        if self._misses >= self.thresholds.misses:
            self.up = False
        # Nothing was decided yet: a single answer is news enough.
        elif self._answers >= (1 if before is None else self.thresholds.recoveries):
            self.up = True
        return self.up is not before
