"""Flap damping: a flapping target is used again only after a hold, and each further loss makes the hold longer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

# Seconds after which the damping forgets a loss.
MEMORY = 60.0


@dataclass
class FlapDamping:
    """One target. No hold is longer than `longest` seconds.

    For a gateway the damping follows the agreement of the replicas, not the view of each replica. A replica that has
    just started remembers no loss, so its view alone would bring a flapping gateway back.
    """

    longest: float
    serving: bool | None = None
    losses: deque[float] = field(default_factory=deque)
    _healthy_since: float | None = None

    def update(self, now: float, healthy: bool, steady: bool = True) -> bool:
        """Process the target's health; returns whether to use the target now. `now`: monotonic seconds.

        A target that has just missed an answer is not `steady`. Such a target does not return, as it may be lost again.
        """
        if not healthy:
            if self.serving:
                self.losses.append(now)
            self.serving, self._healthy_since = False, None
        elif not self.serving:
            while self.losses and now - self.losses[0] > MEMORY:
                self.losses.popleft()
            if self._healthy_since is None or not steady:
                self._healthy_since = now
            held = now - self._healthy_since >= self.hold(len(self.losses))
            self.serving = self.serving is None or (steady and held)
        return bool(self.serving)

    def hold(self, losses: int) -> float:
        """Seconds that the target must be healthy again: 1 after the second loss, then four times as long each time."""
        return 0.0 if losses <= 1 else min(4.0 ** min(losses - 2, 10), self.longest)
