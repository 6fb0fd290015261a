"""Builds missing binaries. A finished binary is never built again."""

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

# Called with the binary that is built next, and the estimated seconds left for everything.
Progress = Callable[[str, int], None]


def bin_dir(toolset: Part) -> Path:
    """The directory of the toolset's binaries, whether or not they are built."""
    return CACHE / "bin" / toolset.key


def bin_dirs() -> list[Path]:
    """The directories that belong on PATH."""
    return [bin_dir(toolset) for toolset in (*TOOLSETS, *filter(built, (HUBBLE, KIND)))]


def built(toolset: Part) -> bool:
    """Whether all binaries of the toolset exist."""
    return all((bin_dir(toolset) / binary.name).exists() for binary in toolset.binaries)


def missing(others: Iterable[Part] = ()) -> list[tuple[Part, Binary]]:
    """The binaries that `build` would build, in order. `others`: parts besides those of every lab."""
    return [
        (toolset, binary)
        for toolset in dict.fromkeys((*TOOLSETS, *others))
        for binary in toolset.binaries
        if not (bin_dir(toolset) / binary.name).exists()
    ]


def build(progress: Progress, others: Iterable[Part] = ()) -> int:
    """Build the missing binaries; returns their number.

    Go's build cache takes 5 GB in a directory of the cache. It is removed after the last binary, unless EDGE_GOCACHE
    names another directory.
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
    # The compiler is a quarter faster if it collects no garbage below 2 GiB. One compiler runs on each core.
    roomy = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >= (os.cpu_count() or 1) * 4 << 30
    haste = {"GOGC": "off", "GOMEMLIMIT": "2GiB"} if roomy else {}
    # A Go workspace of the user must not change the builds.
    env = {**haste, **os.environ, "CGO_ENABLED": "0", "GOCACHE": str(scratch), "GOWORK": "off"}
    return subprocess.run(command, cwd=toolset.directory, env=env, capture_output=True, text=True, check=False)


@cache
def module_dir(toolset: Toolset, module: str | None = None) -> Path:
    """The source tree, in Go's module cache, of a module that the toolset is built from. None: its main module.

    Cilium's main module has the chart and the BPF sources, other modules have CRDs. Raises MachineError if the download
    fails.
    """
    wanted = module or toolset.module
    command = ["go", "mod", "download", "-json", f"{wanted}@v{toolset.version_of(wanted)}"]
    result = _go(command, toolset, CACHE / "go-build")
    if result.returncode != 0:
        words = (result.stderr or result.stdout).strip().splitlines()
        raise MachineError(f"downloading {wanted} v{toolset.version_of(wanted)}: {words[-1]}")
    return Path(json.loads(result.stdout)["Dir"])
