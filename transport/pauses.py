"""Pauses between looks at something that takes time."""

from __future__ import annotations

import time

# Seconds.
_SHORTEST = 0.1
_LONGEST = 0.5


def pause(began: float) -> None:
    """Sleep before the next look: for a twentieth of the time since `began`, from 0.1 to 0.5 s.

    A look costs the API server and a busy machine as much as what is waited for. `began` is a time.monotonic().
    """
    time.sleep(min(_LONGEST, max(_SHORTEST, (time.monotonic() - began) / 20)))
