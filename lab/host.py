"""One lab host: namespaces of an init process, which all processes of the host enter."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.errors import LabError
from lab.places import lab_dir

BOOT = Path(__file__).with_name("boot.sh")
CGROUP = Path("/sys/fs/cgroup/unified")


def cgroup_root() -> Path:
    """The mount point of this machine's cgroup v2 hierarchy."""
    return CGROUP if CGROUP.is_dir() else Path("/sys/fs/cgroup")


def cgroup_prefix(directory: Path) -> str:
    """The prefix of a lab's cgroup names. It is unique: two checkouts can have labs with the same name."""
    return f"cilium-edge-{directory.name}-{zlib.crc32(str(directory).encode()):08x}-"


class Host:
    """A host of the lab `lab`. Creating the object starts nothing.

    The host's directory has `pid` (its init in this machine's PID namespace) and `root` (its file system).
    `directory`: the lab's directory, if it is not below this process's EDGE_HOME.
    """

    def __init__(self, lab: str, name: str, directory: Path | None = None) -> None:
        directory = directory or lab_dir(lab)
        self.lab = lab
        self.name = name
        self.dir = directory / "hosts" / name
        self.cgroup = cgroup_root() / f"{cgroup_prefix(directory)}{name}"

    @property
    def pid(self) -> int | None:
        """The init process; None if the host is not running."""
        return runs(self.dir / "pid")

    @property
    def root(self) -> Path:
        """The host's root file system, as seen from this machine."""
        pid = self.pid
        if pid is None:
            raise LabError(f"{self.name}: not running; start the lab with `edge lab up`")
        return Path(f"/proc/{pid}/root")

    @property
    def life(self) -> str | None:
        """An identifier of the host's present boot, different for each boot; None if the host is not running."""
        return (self.dir / "pid").read_text() if self.pid is not None else None

    @property
    def complete(self) -> bool:
        """Whether this boot is complete: the host has got its links and services."""
        try:
            return (self.dir / "complete").read_text() == self.life
        except FileNotFoundError:
            return False

    def completed(self) -> None:
        """Mark this boot as complete."""
        (self.dir / "complete").write_text(self.life or "")

    def boot(self, hide: Path, tools: Sequence[Path] = (), binds: Mapping[str, Path] | None = None) -> None:
        """Make the namespaces and the file system; returns when the host's init runs.

        `hide`: a directory that the host must not see. `tools`: directories that overlay /usr/local/bin.
        `binds`: directory of the host -> directory of this machine.
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
        """The command line with which a process of this machine runs `argv` on the host."""
        pid = self.pid
        if pid is None:
            raise LabError(f"{self.name}: not running; start the lab with `edge lab up`")
        namespaces = ["--net"] if net_only else ["--all"]
        return self._in_cgroup(["nsenter", "--target", str(pid), *namespaces, "--", *argv])

    def run(self, argv: Sequence[str], text: str | None = None, *, net_only: bool = False) -> str:
        """Run a command to its end; returns the standard output. Raises LabError if the command fails.

        `net_only`: the command joins only the host's network, and keeps this machine's files and
        process IDs.
        """
        command = self.command(argv, net_only=net_only)
        # Ctrl-C ends this program, which decides about its commands: the healing of a drill must come to its end.
        result = subprocess.run(command, input=text or "", capture_output=True, text=True, check=False, process_group=0)
        if result.returncode != 0:
            words = (result.stderr or result.stdout).strip().splitlines() or ["no output"]
            raise LabError(f"{self.name}: {' '.join(argv[:3])}: {words[-1]}")
        return result.stdout

    def spawn(self, name: str, argv: Sequence[str], *, once: bool = False) -> None:
        """Start a service that outlives this process. Its log is /var/log/NAME.log of the host.

        The service is restarted a second after its end, as by a kubelet or systemd. `once`: no restart,
        for programs that start their own supervisor.
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
        """The services among `names` without a running supervisor in this boot of the host."""
        return [name for name in names if not runs(self.dir / f"{name}.service")]

    def write(self, path: str, data: str | bytes, mode: int = 0o644) -> None:
        """Write a file of the host; missing directories are created."""
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        raw = data.encode() if isinstance(data, str) else data
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            # Before the content: a file that was there may be open to others.
            os.fchmod(descriptor, mode)
            file.write(raw)

    def kill(self) -> None:
        """End the host and all its processes. A host that is already gone is no error."""
        pid = self.pid
        if pid is not None:
            # When the init of a PID namespace ends, all its processes end.
            os.kill(pid, signal.SIGKILL)
            deadline = time.monotonic() + 10
            while _start_time(pid) is not None and time.monotonic() < deadline:
                time.sleep(0.01)
        (self.dir / "pid").unlink(missing_ok=True)

    def remove_cgroup(self) -> None:
        """Remove the host's cgroup. Only an empty cgroup can be removed, so this must follow `kill`."""
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
        # are attached to the cgroup: without this they would not see the host's processes.
        script = 'echo $$ > "$0/cgroup.procs" && exec "$@"'
        return ["/bin/sh", "-c", script, str(self.cgroup), *argv]


_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


def runs(file: Path) -> int | None:
    """The process ID in a file; None if the process no longer runs."""
    try:
        pid, born = file.read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    # A process ID can be reused: the start time distinguishes the processes.
    return int(pid) if _start_time(int(pid)) == born else None


def stamp(pid: int) -> str:
    """The identification of a process for `runs`."""
    return f"{pid} {_start_time(pid)}"


def _start_time(pid: int) -> str | None:
    """Field 22 of /proc/PID/stat; None if the process is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]
