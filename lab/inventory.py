"""Finds all labs that run on this machine, of any owner, and ends labs without an owner."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lab.host import BOOT, cgroup_root, runs

# Set by a process whose labs must end with it: `PID START`, as lab.host.stamp writes it.
OWNER = "EDGE_LAB_OWNER"
_GROUP = re.compile(r"/cilium-edge-(.+)-([0-9a-f]{8})-([^/]+)$", re.MULTILINE)


@dataclass
class Lab:
    """A lab: its directory, its hosts' inits by name, and its owner."""

    name: str
    directory: Path
    hosts: dict[str, int] = field(default_factory=dict)
    groups: set[Path] = field(default_factory=set)

    @property
    def owner(self) -> str:
        """The owner as text: a process, or the owner of the directory."""
        return owner(self.directory)

    @property
    def abandoned(self) -> bool:
        """Whether the lab's process is gone, or its directory, without which its hosts cannot be managed."""
        return abandoned(self.directory)

    def end(self) -> None:
        """End the lab's hosts, and remove its cgroups and directory."""
        for pid in self.hosts.values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for group in self.groups:
            with suppress(OSError):
                (group / "cgroup.kill").write_text("1")
        shutil.rmtree(self.directory, ignore_errors=True)
        # A cgroup can be removed after the end of its last process.
        for _ in range(50):
            for group in self.groups:
                with suppress(OSError):
                    group.rmdir()
            if not any(group.exists() for group in self.groups):
                return
            time.sleep(0.1)


def own(directory: Path) -> None:
    """Write the owner from the environment, if set, to a lab's directory."""
    said = os.environ.get(OWNER)
    if said:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "owner").write_text(said)


def owner(directory: Path) -> str:
    """The owner of a lab's directory as text: a process, or the owner of the directory."""
    if not directory.is_dir():
        return "none: its directory is gone"
    said = directory / "owner"
    if not said.exists():
        return "the owner of its directory"
    return f"process {said.read_text().split()[0]}" + ("" if runs(said) else ", which is gone")


def abandoned(directory: Path) -> bool:
    """Whether a directory or its owner process is gone."""
    said = directory / "owner"
    return not directory.is_dir() or (said.exists() and runs(said) is None)


def labs() -> list[Lab]:
    """All labs, found by their processes: no directory has to be known."""
    found: dict[Path, Lab] = {}
    for pid, host, directory in _inits():
        lab = found.setdefault(directory, Lab(directory.name, directory))
        lab.hosts[host] = pid
        with suppress(OSError):
            match = _GROUP.search(Path(f"/proc/{pid}/cgroup").read_text())
            if match:
                lab.groups.add(cgroup_root() / match[0].lstrip("/"))
    return sorted(found.values(), key=lambda lab: str(lab.directory))


def _inits() -> Iterator[tuple[int, str, Path]]:
    """Process ID, host and lab directory of each `unshare ... boot.sh HOST LAB/hosts/HOST ...`."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            place = next((i for i, word in enumerate(words) if word.endswith(f"/lab/{BOOT.name}")), None)
            if place is not None and words[0].rpartition("/")[2] == "unshare":
                yield int(entry.name), words[place + 1], Path(words[place + 2]).parents[1]
