"""Requirements of a machine for stacks of containers, besides those of every lab."""

from __future__ import annotations

from collections.abc import Iterator

from lab import machine, packages
from lab.docker import images
from lab.docker.engine import OURS
from lab.machine import Finding
from lab.toolchain.recipes import CONTAINERS


def examine() -> Iterator[Finding]:
    """All findings. Changes nothing, and starts no engine: without a running engine its images are unknown."""
    yield from machine.examine(CONTAINERS, packages.for_containers())
    runs = OURS.pid is not None
    seconds = images.estimate() if runs else images.estimate_cold()
    found = "unknown: the lab's Docker engine is not up" if not runs else "some are missing" if seconds else "all"
    yield Finding(
        f"images of nodes and routers: {images.GIGABYTES} GB",
        not seconds,
        found,
        f"edge setup --docker makes them (at most {seconds // 60 + 1} min on two cores)",
        blocking=False,
    )
