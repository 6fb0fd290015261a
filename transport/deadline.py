"""One deadline for all requests of a transport."""

from __future__ import annotations

import math
import time


class Deadline:
    """Bounds the timeouts of single requests. No bound before `set`."""

    def __init__(self) -> None:
        self._at = math.inf

    def set(self, seconds: float) -> None:
        """Set the deadline to `seconds` from now."""
        self._at = time.monotonic() + seconds

    @property
    def bounds(self) -> bool:
        """Whether a deadline is set."""
        return self._at < math.inf

    def left(self, most: float) -> float:
        """Timeout of a request in seconds: `most`, or the time left. Never 0, which would mean no limit."""
        return max(0.05, min(most, self._at - time.monotonic()))
