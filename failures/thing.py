"""The things that a failure can affect, and their redundant paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["address", "pods", "announcement", "egress", "backends", "API server", "way back"]


@dataclass(frozen=True)
class RedundantPath:
    """One path to a thing. The path fails with any of its `parts`.

    Parts are `node/NAME`, `link/HOST/INTERFACE`, `router/NAME`, `session/NODE - ROUTER`, `gateway/NODE` and
    `pod/WORKLOAD` (the node of the pod, which the stack does not fix). `seconds`: the time until traffic has left a
    path that failed silently.
    """

    parts: frozenset[str]
    seconds: float = 0.0


@dataclass(frozen=True)
class Thing:
    """One or more things (`names`) with the same paths.

    `used`: the number of paths in use at a time (None: all). `plural` is the word for the paths.
    """

    kind: Kind
    names: tuple[str, ...]
    paths: tuple[RedundantPath, ...]
    plural: str
    used: int | None = None

    @property
    def width(self) -> int:
        """The number of paths in use at a time."""
        return min(self.used or len(self.paths), len(self.paths))
