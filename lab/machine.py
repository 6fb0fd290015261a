"""Requirements of a machine for building and running a lab."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lab import packages
from lab.places import EDGE
from lab.toolchain.build import missing as missing_binaries
from lab.toolchain.recipes import Part

_BUILD_DISK = 20
_RUN_DISK = 4
_MEMORY = 4


@dataclass(frozen=True)
class Finding:
    """One line of `edge doctor`. `blocking`: prevents the lab; `setup` resolves the other findings."""

    what: str
    good: bool
    found: str
    fix: str = ""
    blocking: bool = True


def examine(others: Iterable[Part] = (), more: tuple[str, ...] = ()) -> Iterator[Finding]:
    """All findings. Changes nothing.

    `others`: parts to build besides those of every lab. `more`: Debian packages besides those of every lab.
    """
    root = os.geteuid() == 0
    yield Finding("root", root, "yes" if root else "no", "run as root: namespaces, mounts and BPF need it")
    version = _go_version()
    new_enough = version is not None and version >= (1, 25)
    to_build = missing_binaries(others)
    yield Finding(
        "Go 1.25 or newer",
        new_enough or not to_build,
        _dotted(version) if version else "none",
        "install Go 1.25 or newer and put it on PATH",
    )
    apt = shutil.which("apt-get") is not None
    yield Finding("Debian packages", apt, "apt" if apt else "no apt-get", "the lab needs Debian 12")
    for name in ("bpf", "overlay", "cgroup2", "tmpfs"):
        there = _filesystem(name)
        yield Finding(f"kernel: {name}", there, "yes" if there else "no", f"use a kernel with {name}, such as Debian's")
    if root:
        links = _links()
        yield Finding(
            "kernel: veth, bridge",
            not links,
            "yes" if not links else f"no {links}",
            "use a kernel with veth and bridge, such as Debian's",
        )
    disk = _free_gb(EDGE)
    wanted = _BUILD_DISK if to_build else _RUN_DISK
    why = "for the builds" if to_build else "to run"
    yield Finding(f"disk: {wanted} GB {why}", disk >= wanted, f"{disk} GB free", f"free {wanted - disk} GB")
    memory = _memory_gb()
    yield Finding(f"memory: {_MEMORY} GB", memory >= _MEMORY, f"{memory} GB", "use a larger machine")
    absent = packages.missing(more) if shutil.which("dpkg-query") else [*packages.PACKAGES, *more]
    yield Finding(
        "packages installed",
        not absent,
        ", ".join(absent[:4]) + ("..." if len(absent) > 4 else "") if absent else "all",
        "edge setup installs them",
        blocking=False,
    )
    minutes = sum(binary.seconds for _, binary in to_build) // 60 + 1
    yield Finding(
        "binaries built",
        not to_build,
        f"{len(to_build)} missing" if to_build else "all",
        f"edge setup builds them (about {minutes} min on two cores)",
        blocking=False,
    )
    pulumi = shutil.which("pulumi")
    yield Finding(
        "pulumi CLI (optional)",
        True,
        pulumi or "none: the built-in engine is used",
        "curl -fsSL https://get.pulumi.com | sh",
        blocking=False,
    )


def _go_version() -> tuple[int, ...] | None:
    try:
        text = subprocess.run(["go", "version"], capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return None
    found = re.search(r"go(\d+)\.(\d+)", text)
    return tuple(int(part) for part in found.groups()) if found else None


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _filesystem(name: str) -> bool:
    known = {line.split()[-1] for line in Path("/proc/filesystems").read_text().splitlines()}
    return name in known or Path(f"/sys/fs/{name}").exists()


def _links() -> str:
    """The link types that this kernel does not support, tried in a temporary namespace."""
    if shutil.which("unshare") is None:
        return "unshare"
    script = "ip link add veth0 type veth peer name veth1 || echo veth; ip link add bridge0 type bridge || echo bridge"
    done = subprocess.run(["unshare", "--net", "sh", "-c", script], capture_output=True, text=True, check=False)
    return " ".join(done.stdout.split()) or ("unshare" if done.returncode else "")


def _free_gb(path: Path) -> int:
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free // 10**9


def _memory_gb() -> int:
    found = re.search(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())
    return int(found.group(1)) // 10**6 if found else 0
