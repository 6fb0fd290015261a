"""Finds all Docker engines of labs that run on this machine, and ends engines without an owner."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lab.docker.engine import OURS, Engine
from lab.inventory import abandoned, owner


@dataclass(frozen=True)
class RunningEngine:
    """An engine and the process that runs it."""

    engine: Engine
    pid: int

    @property
    def owner(self) -> str:
        """The owner as text, as for a lab."""
        return owner(self.engine.home)

    @property
    def abandoned(self) -> bool:
        """Whether the owner process or the directory is gone. The shared engine belongs to all checkouts: never."""
        return self.engine.home != OURS.home and abandoned(self.engine.home)

    def end(self) -> None:
        """End the engine and its containers, and remove its images."""
        self.engine.home.mkdir(parents=True, exist_ok=True)
        if self.engine.pid is None:
            self.engine.adopt(self.pid)
        self.engine.down()
        for directory in (self.engine.home, self.engine.data):
            shutil.rmtree(directory, ignore_errors=True)


def engines() -> list[RunningEngine]:
    """All engines, found by their processes: no directory has to be known."""
    return sorted(_daemons(), key=lambda one: str(one.engine.home))


def _daemons() -> Iterator[RunningEngine]:
    """`dockerd --config-file HOME/daemon.json --data-root DATA ...`, as `Engine.up` starts it."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError, ValueError):
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if Path(words[0]).name != "dockerd":
                continue
            file, data = (Path(words[words.index(word) + 1]) for word in ("--config-file", "--data-root"))
            if file.name == "daemon.json" and "/run/docker.pid" in words:
                yield RunningEngine(Engine(file.parent, data), int(entry.name))
