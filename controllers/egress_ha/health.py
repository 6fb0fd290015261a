"""Whether a gateway answers: thresholds, and patience with one that flaps."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

# Losses are forgotten after so many seconds.
_MEMORY = 60.0


@dataclass(frozen=True)
class Thresholds:
    """`misses` in a row make it gone, `recoveries` in a row bring it back.

    From the second loss within a minute on it must answer without a miss for a while first: 1 s, then four
    times as long with each further loss, up to `max_hold`.
    """

    misses: int = 3
    recoveries: int = 3
    max_hold: float = 60.0

    def hold(self, losses: int) -> float:
        """How long a gateway must answer again after so many losses."""
        return 0.0 if losses <= 1 else min(4.0 ** (losses - 2), self.max_hold)


@dataclass
class Health:
    """One gateway as one vantage point sees it. `up` is None until that is known."""

    thresholds: Thresholds
    up: bool | None = None
    losses: deque[float] = field(default_factory=deque)
    _misses: int = 0
    _answers: int = 0
    _answering_since: float = 0.0

    def probed(self, now: float, answered: bool) -> bool:
        """Take a result in; True where that changed `up`. `now` is monotonic, in seconds."""
        if answered:
            if not self._answers:
                self._answering_since = now
            self._answers, self._misses = self._answers + 1, 0
        else:
            self._misses, self._answers = self._misses + 1, 0
        before = self.up
        if self.up is None:
            # Nothing was decided yet, so a single answer is news enough.
            self.up = True if answered else (False if self._misses >= self.thresholds.misses else None)
        elif self.up and self._misses >= self.thresholds.misses:
            self.up = False
            self.losses.append(now)
        elif not self.up and self._may_return(now):
            self.up = True
        return self.up is not before

    def _may_return(self, now: float) -> bool:
        while self.losses and now - self.losses[0] > _MEMORY:
            self.losses.popleft()
        long_enough = now - self._answering_since >= self.thresholds.hold(len(self.losses))
        return self._answers >= self.thresholds.recoveries and long_enough
