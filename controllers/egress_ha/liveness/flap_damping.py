"""A gateway that flaps is used again only after it has been well for a while, longer each time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

# Losses are forgotten after so many seconds.
MEMORY = 60.0


@dataclass
class Patience:
    """One gateway as the replicas agree on it. `longest`: no hold is longer, in seconds.

    It is kept of what is agreed, not by each vantage point: a replica that just started remembers no loss, and
    its word alone would bring a flapping gateway back.
    """

    longest: float
    serving: bool | None = None
    losses: deque[float] = field(default_factory=deque)
    _well_since: float | None = None

    def told(self, now: float, well: bool, steady: bool = True) -> bool:
        """Whether to use it, from what is agreed now. `now` is monotonic, in seconds.

        One that has just missed an answer (not `steady`) does not return: it may be about to be lost again.
        """
        if not well:
            if self.serving:
                self.losses.append(now)
            self.serving, self._well_since = False, None
        elif not self.serving:
            while self.losses and now - self.losses[0] > MEMORY:
                self.losses.popleft()
            if self._well_since is None or not steady:
                self._well_since = now
            self.serving = self.serving is None or (steady and now - self._well_since >= self.hold(len(self.losses)))
        return bool(self.serving)

    def hold(self, losses: int) -> float:
        """How long it must be well again: 1 s from the second loss on, then four times as long each time."""
        return 0.0 if losses <= 1 else min(4.0 ** min(losses - 2, 10), self.longest)
