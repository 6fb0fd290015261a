"""The moment by which questions must be answered, shared by all ways of asking."""

from __future__ import annotations

import math
import time


class Deadline:
    """Bounds the time limits of single questions. Without `set` there is no bound."""

    def __init__(self) -> None:
        self._at = math.inf

    def set(self, seconds: float) -> None:
        """Everything must be answered within so many seconds from now."""
        self._at = time.monotonic() + seconds

    @property
    def bounds(self) -> bool:
        """Whether a moment is set."""
        return self._at < math.inf

    def left(self, most: float) -> float:
        """Seconds that a question may take: `most`, or what is left. Never so few that no limit would be meant."""
        return max(0.05, min(most, self._at - time.monotonic()))
