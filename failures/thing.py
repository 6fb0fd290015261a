"""What can be lost, and the redundant paths that lead to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["address", "pods", "announcement", "egress", "backends", "API server", "way back"]


@dataclass(frozen=True)
class RedundantPath:
    """One path to a thing: it is gone as soon as one of its `parts` is.

    Parts are `node/NAME`, `link/HOST/INTERFACE`, `router/NAME`, `session/NODE - ROUTER`, `gateway/NODE` and
    `pod/WORKLOAD` (the node that it happens to be on). `seconds`: until traffic has left a path that fell silent.
    """

    parts: frozenset[str]
    seconds: float = 0.0


@dataclass(frozen=True)
class Thing:
    """Things that fare alike: `names` are all of them.

    `used`: how many of the paths are used at a time, where that is not all of them. `plural` says what a path is.
    """

    kind: Kind
    names: tuple[str, ...]
    paths: tuple[RedundantPath, ...]
    plural: str
    used: int | None = None

    @property
    def width(self) -> int:
        """How many of the paths are used at a time."""
        return min(self.used or len(self.paths), len(self.paths))
