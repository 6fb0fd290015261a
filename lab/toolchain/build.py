"""Builds the toolsets that are not there yet; a finished one is never built again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from config.errors import MachineError
from lab.places import CACHE
from lab.toolchain import wheel
from lab.toolchain.recipes import HUBBLE, KIND, TOOLSETS, Binary, Part, Toolset, Wheel

# (what is being built, estimated seconds left for everything)
Progress = Callable[[str, int], None]


def bin_dir(toolset: Part) -> Path:
    """Where the toolset's binaries are, or will be."""
    return CACHE / "bin" / toolset.key


def bin_dirs() -> list[Path]:
    """The directories that belong on PATH."""
    return [bin_dir(toolset) for toolset in (*TOOLSETS, *filter(built, (HUBBLE, KIND)))]


def built(toolset: Part) -> bool:
    """Whether all of it is there."""
    return all((bin_dir(toolset) / binary.name).exists() for binary in toolset.binaries)


def missing(others: Iterable[Part] = ()) -> list[tuple[Part, Binary]]:
    """The binaries that `build` would build, in order. `others` are wanted beside what every lab needs."""
    return [
        (toolset, binary)
        for toolset in dict.fromkeys((*TOOLSETS, *others))
        for binary in toolset.binaries
        if not (bin_dir(toolset) / binary.name).exists()
    ]


def build(progress: Progress, others: Iterable[Part] = ()) -> int:
    """Build what is missing and return how many binaries that were.

    Go's build cache goes to a directory of the cache and is removed when all is built: 5 GB that
    nobody needs again.
    """
    todo = missing(others)
    scratch = Path(os.environ.get("EDGE_GOCACHE", CACHE / "go-build"))
    for i, (toolset, binary) in enumerate(todo):
        left = sum(later.seconds for _, later in todo[i:])
        progress(f"{binary.name} {toolset.version}", left)
        target = bin_dir(toolset) / binary.name
        target.parent.mkdir(parents=True, exist_ok=True)
        half_built = target.with_suffix(".part")
        if isinstance(toolset, Wheel):
            wheel.unpack(toolset, half_built)
        else:
            _build(toolset, binary, half_built, scratch)
        half_built.rename(target)
    if todo and "EDGE_GOCACHE" not in os.environ:
        shutil.rmtree(scratch, ignore_errors=True)
    return len(todo)


def _build(toolset: Toolset, binary: Binary, target: Path, scratch: Path) -> None:
    command = ["go", "build", "-trimpath", "-buildvcs=false", "-ldflags", toolset.flags]
    command += ["-tags", binary.tags, "-o", str(target), binary.package]
    result = _go(command, toolset, scratch)
    if result.returncode != 0:
        words = result.stderr.strip().splitlines()
        raise MachineError(
            f"building {binary.name} {toolset.version} failed: {words[-1] if words else 'no output'};"
            f" to see it all: cd {toolset.directory} && {' '.join(command[:2])} {binary.package}"
        )


def _go(command: list[str], toolset: Toolset, scratch: Path) -> subprocess.CompletedProcess[str]:
    # A compiler that collects no garbage before it has 2 GiB of it is a quarter faster; one runs for each core.
    roomy = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >= (os.cpu_count() or 1) * 4 << 30
    haste = {"GOGC": "off", "GOMEMLIMIT": "2GiB"} if roomy else {}
    # The Go workspace of the user, if any, has no say in what is built here.
    env = {**haste, **os.environ, "CGO_ENABLED": "0", "GOCACHE": str(scratch), "GOWORK": "off"}
    return subprocess.run(command, cwd=toolset.directory, env=env, capture_output=True, text=True, check=False)


@cache
def module_dir(toolset: Toolset, module: str | None = None) -> Path:
    """The source tree of a module that the toolset is built from, in Go's module cache; without a name the main one.

    The main one has the chart and BPF sources, others have CRDs. Raises MachineError where it cannot be had.
    """
    wanted = module or toolset.module
    command = ["go", "mod", "download", "-json", f"{wanted}@v{toolset.version_of(wanted)}"]
    result = _go(command, toolset, CACHE / "go-build")
    if result.returncode != 0:
        words = (result.stderr or result.stdout).strip().splitlines()
        raise MachineError(f"downloading {wanted} v{toolset.version_of(wanted)}: {words[-1]}")
    return Path(json.loads(result.stdout)["Dir"])
