"""A host that boots with systemd, in namespaces of its own: what is to survive a reboot is proven on it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.host import cgroup_root
from tests.e2e.harness import until

_BOOT = Path(__file__).with_name("systemd_host.sh")
_NAMESPACES = ("--net", "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--fork", "--kill-child")
_SECONDS = 60


class SystemdHost:
    """`directory` keeps what is written on the host. Its links are gone with the power, as real ones are."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._console = directory / "console"
        self._cgroup = cgroup_root() / f"cilium-edge-systemd-{os.getpid()}"
        self._parent: subprocess.Popen[bytes] | None = None
        self._init = ""

    def boot(self) -> None:
        """Power on; returns when the default target is reached and nothing is under way."""
        self._cgroup.mkdir()
        enter = f'echo $$ > {self._cgroup}/cgroup.procs; exec unshare {" ".join(_NAMESPACES)} "$@"'
        with self._console.open("ab") as console:
            self._parent = subprocess.Popen(
                ["/bin/sh", "-c", enter, "unshare", "/bin/sh", str(_BOOT), str(self._directory / "disk")],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
            )
        children = Path(f"/proc/{self._parent.pid}/task/{self._parent.pid}/children")
        until(lambda: bool(children.read_text()), _SECONDS, "it has an init")
        self._init = children.read_text().split()[0]
        until(lambda: Path(f"/proc/{self._init}/comm").read_text() == "systemd\n", _SECONDS, "systemd runs")
        until(lambda: self._systemctl("is-system-running", "--wait") == "running", _SECONDS, "every unit is well")

    def power_off(self) -> None:
        """As a cable that is pulled does it: no unit is stopped before."""
        if self._parent is not None:
            os.kill(int(self._init or self._parent.pid), signal.SIGKILL)
            self._parent.wait(timeout=_SECONDS)
            self._parent = None
        for group in sorted(self._cgroup.glob("**/"), reverse=True):
            group.rmdir()

    def reboot(self) -> None:
        self.power_off()
        self.boot()

    def sh(self, script: str) -> str:
        """A shell script's standard output. A script that fails fails the test."""
        done = self._enter("/bin/sh", "-c", script)
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _systemctl(self, *words: str) -> str:
        return self._enter("systemctl", *words).stdout.strip()

    def _enter(self, *argv: str) -> subprocess.CompletedProcess[str]:
        command = ["nsenter", "--target", self._init, "--all", "--", *argv]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)


@contextmanager
def systemd_host(directory: Path) -> Iterator[SystemdHost]:
    """A host that is on."""
    host = SystemdHost(directory)
    try:
        host.boot()
        yield host
    finally:
        host.power_off()
