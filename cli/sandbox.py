"""Runs the program of an untrusted checkout with the fewest rights that the machine can enforce.

The environment is an allow-list on every machine. With bubblewrap, the program also has no network, no capabilities,
and no files but the interpreter's and its own (read-only, except an empty HOME). With `unshare`, it has no network.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Paths of programs, locale and time zone. Everything else may be a secret.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache")
# Limits of CPU time and elapsed time. A large stack takes about ten seconds.
_CPU_SECONDS, _SECONDS = 300, 900
_NOBODY = "65534"


@dataclass(frozen=True)
class Sandbox:
    """A way to restrict a program. `how`: the restrictions as text for people."""

    how: str
    wrapper: tuple[str, ...] = ()
    files: bool = False

    def run(
        self, words: list[str], checkout: Path, home: Path, variables: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a checkout. `home`: an empty directory, the only writable one."""
        kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment = {**kept, "HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1", **variables}
        argv = [*self.wrapper, *(_files(checkout, home) if self.files else ()), *words]
        try:
            return subprocess.run(
                argv,
                cwd=checkout,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=_SECONDS,
                preexec_fn=_limited,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(argv, 1, "", f"error: the program did not end within {_SECONDS} s")


@cache
def best() -> Sandbox:
    """The strongest sandbox that works on this machine."""
    bwrap, unshare = shutil.which("bwrap"), shutil.which("unshare")
    nobody = ("--unshare-all", "--uid", _NOBODY, "--gid", _NOBODY, "--cap-drop", "ALL")
    if bwrap is not None:
        wrapper: tuple[str, ...] = (bwrap, "--die-with-parent", "--new-session", *nobody)
        if _works([*wrapper, *_system(), "/usr/bin/true"]):
            return Sandbox(
                "without a network, with read-only access to its own files alone (bubblewrap)", wrapper, files=True
            )
    if unshare is not None:
        # The engine and its program communicate over the loopback interface.
        up = ("sh", "-c", 'ip link set lo up && exec "$@"', "sh")
        wrapper = (unshare, "--user", "--map-root-user", "--net", *up)
        if _works([*wrapper, "true"]):
            missing = "the programs could access all of your files; install bubblewrap to prevent that"
            return Sandbox(f"without a network (user namespaces); {missing}", wrapper)
    return Sandbox(
        "with a clean environment; the programs could access the network and all of your files;"
        " install bubblewrap to prevent that"
    )


def _works(argv: list[str]) -> bool:
    return subprocess.run(argv, capture_output=True, check=False, stdin=subprocess.DEVNULL).returncode == 0


def _system() -> list[str]:
    """Bind mounts of the machine's programs and libraries."""
    found = ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    for place in map(Path, _SYSTEM):
        if place.is_symlink():
            found += ["--symlink", str(place.readlink()), str(place)]
        elif place.exists():
            found += ["--ro-bind", str(place), str(place)]
    return found


def _files(checkout: Path, home: Path) -> list[str]:
    # The checkout may have a link to the environment, and the environment a link to its interpreter.
    given = (sys.prefix, sys.base_prefix)
    python = dict.fromkeys([*(str(Path(place).resolve()) for place in given), *given])
    seen = [word for place in python if not place.startswith("/usr") for word in ("--ro-bind", place, place)]
    return [
        *_system(),
        *seen,
        "--ro-bind",
        str(checkout),
        str(checkout),
        "--bind",
        str(home),
        str(home),
        *(word for place in ("/tmp", "/") for word in ("--remount-ro", place)),
        "--chdir",
        str(checkout),
    ]


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
