"""One lab host: namespaces held by an init process, entered by everything that runs on it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.errors import LabError
from lab.places import host_dir, lab_dir

BOOT = Path(__file__).with_name("boot.sh")
CGROUP = Path("/sys/fs/cgroup/unified")


def cgroup_root() -> Path:
    """Where this machine has its cgroup v2 hierarchy."""
    return CGROUP if CGROUP.is_dir() else Path("/sys/fs/cgroup")


def cgroup_prefix(lab: str) -> str:
    """The names of a lab's cgroups begin so; two checkouts can have a lab of the same name."""
    return f"cilium-edge-{lab}-{zlib.crc32(str(lab_dir(lab)).encode()):08x}-"


class Host:
    """A host of the lab `lab`. Nothing is started by making the object."""

    def __init__(self, lab: str, name: str) -> None:
        self.lab = lab
        self.name = name
        self.dir = host_dir(lab, name)
        self.cgroup = cgroup_root() / f"{cgroup_prefix(lab)}{name}"

    @property
    def pid(self) -> int | None:
        """The init process, or None where the host is not running."""
        return runs(self.dir / "pid")

    @property
    def root(self) -> Path:
        """The host's root file system, as seen from outside it."""
        pid = self.pid
        if pid is None:
            raise LabError(f"{self.name}: not running; start the lab with `edge lab up`")
        return Path(f"/proc/{pid}/root")

    @property
    def life(self) -> str | None:
        """Which boot of the host this is: another text after each; None where it is not running."""
        return (self.dir / "pid").read_text() if self.pid is not None else None

    @property
    def complete(self) -> bool:
        """Whether this boot came to its end: wires and services were given to it."""
        try:
            return (self.dir / "complete").read_text() == self.life
        except FileNotFoundError:
            return False

    def completed(self) -> None:
        """This boot has come to its end."""
        (self.dir / "complete").write_text(self.life or "")

    def boot(self, hide: Path, tools: Sequence[Path] = (), binds: Mapping[str, Path] | None = None) -> None:
        """Make the namespaces and the file system, and return when the host's init runs.

        `hide` is a directory that the host must not see; `tools` are laid over /usr/local/bin;
        `binds` maps directories of the host to directories of this machine.
        """
        self.dir.mkdir(parents=True, exist_ok=True)
        (self.dir / "booted").unlink(missing_ok=True)
        for old in self.dir.glob("*.service"):
            old.unlink()
        self.cgroup.mkdir(exist_ok=True)
        command = [
            "unshare",
            "--net",
            "--mount",
            "--uts",
            "--ipc",
            "--pid",
            "--cgroup",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "--propagation",
            "private",
            "/bin/sh",
            str(BOOT),
            self.name,
            str(self.dir),
            ":".join(map(str, tools)),
            str(hide),
            *(f"{source}:{target}" for target, source in (binds or {}).items()),
        ]
        with open(self.dir / "boot.log", "wb") as log:
            parent = subprocess.Popen(
                self._in_cgroup(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={"PATH": os.environ["PATH"]},
            )
        deadline = time.monotonic() + 20
        while not (self.dir / "booted").exists():
            if parent.poll() is not None or time.monotonic() > deadline:
                words = (self.dir / "boot.log").read_text().strip().splitlines() or ["no output"]
                raise LabError(f"{self.name}: did not boot: {words[-1]} ({self.dir / 'boot.log'})")
            time.sleep(0.01)
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        pid = int(children[0])
        (self.dir / "pid").write_text(stamp(pid))

    def command(self, argv: Sequence[str], *, net_only: bool = False) -> list[str]:
        """The command line, for a process of this machine, that runs `argv` on the host."""
        pid = self.pid
        if pid is None:
            raise LabError(f"{self.name}: not running; start the lab with `edge lab up`")
        namespaces = ["--net"] if net_only else ["--all"]
        return self._in_cgroup(["nsenter", "--target", str(pid), *namespaces, "--", *argv])

    def run(self, argv: Sequence[str], text: str | None = None, *, net_only: bool = False) -> str:
        """Run to the end and return the standard output. Raises LabError where it fails.

        With `net_only` the command joins the host's network and keeps this machine's files and
        process ids.
        """
        command = self.command(argv, net_only=net_only)
        result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            words = (result.stderr or result.stdout).strip().splitlines() or ["no output"]
            raise LabError(f"{self.name}: {' '.join(argv[:3])}: {words[-1]}")
        return result.stdout

    def spawn(self, name: str, argv: Sequence[str], *, once: bool = False) -> None:
        """Start a service that outlives this process; it logs to /var/log/NAME.log of the host.

        It is started again a second after it ends, as a kubelet or systemd would do; `once` is for
        what starts its own supervisor.
        """
        if name not in self.missing_services([name]):
            return
        if not once:
            argv = ["/bin/sh", "-c", 'while :; do "$@"; sleep 1; done', name, *argv]
        with open(self.root / f"var/log/{name}.log", "ab") as log:
            process = subprocess.Popen(
                self.command(["/usr/bin/env", "-i", "HOME=/root", f"PATH={_PATH}", *argv]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if not once:
            (self.dir / f"{name}.service").write_text(f"{process.pid} {_start_time(process.pid)}")

    def missing_services(self, names: Sequence[str]) -> list[str]:
        """Which of these services have no supervisor that runs, in this boot of the host."""
        return [name for name in names if not runs(self.dir / f"{name}.service")]

    def write(self, path: str, data: str | bytes, mode: int = 0o644) -> None:
        """Write a file of the host; directories are made as needed."""
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        raw = data.encode() if isinstance(data, str) else data
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
        target.chmod(mode)

    def kill(self) -> None:
        """End the host and all that runs on it. A host that is gone already is no error."""
        pid = self.pid
        if pid is not None:
            # The init of a PID namespace takes every process in it along.
            os.kill(pid, signal.SIGKILL)
            deadline = time.monotonic() + 10
            while _start_time(pid) is not None and time.monotonic() < deadline:
                time.sleep(0.01)
        (self.dir / "pid").unlink(missing_ok=True)

    def remove_cgroup(self) -> None:
        """Remove the host's cgroup; only an empty one can go, so this comes after `kill`."""
        deadline = time.monotonic() + 5
        while self.cgroup.exists():
            try:
                for child in sorted(self.cgroup.glob("**/"), reverse=True):
                    child.rmdir()
            except OSError:
                if time.monotonic() > deadline:
                    return
                time.sleep(0.02)

    def _in_cgroup(self, argv: Sequence[str]) -> list[str]:
        # nsenter joins the cgroup namespace but not the cgroup, and Cilium's socket programs
        # work by cgroup: without this a host's processes would go past them.
        script = 'echo $$ > "$0/cgroup.procs" && exec "$@"'
        return ["/bin/sh", "-c", script, str(self.cgroup), *argv]


_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


def runs(file: Path) -> int | None:
    """The process that a file names, while it runs."""
    try:
        pid, born = file.read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    # A number can be given out again; the start time tells the two apart.
    return int(pid) if _start_time(int(pid)) == born else None


def stamp(pid: int) -> str:
    """A process as `runs` knows it again."""
    return f"{pid} {_start_time(pid)}"


def _start_time(pid: int) -> str | None:
    """Field 22 of /proc/PID/stat, or None for a process that is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]
