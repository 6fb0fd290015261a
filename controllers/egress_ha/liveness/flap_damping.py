"""Flap damping: a target that flaps is used again only after a hold, and each further loss makes the hold longer."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

# The damping forgets losses after so many seconds.
MEMORY = 60.0


@dataclass
class FlapDamping:
    """One target. No hold is longer than `longest` seconds.

    For a gateway the damping follows what the replicas agree on, not what each replica sees. A replica that has just
    started remembers no loss: the word of that replica alone would bring a flapping gateway back.
    """

    longest: float
    serving: bool | None = None
    losses: deque[float] = field(default_factory=deque)
    _healthy_since: float | None = None

    def update(self, now: float, healthy: bool, steady: bool = True) -> bool:
        """Take the target's health in; whether to use the target now. `now` is in monotonic seconds.

        A target that has just missed an answer is not `steady`. Such a target does not return: the next loss may come.
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
        """How long the target must be healthy again: 1 s from the second loss on, then four times as long each time."""
        return 0.0 if losses <= 1 else min(4.0 ** min(losses - 2, 10), self.longest)
