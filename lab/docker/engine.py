"""dockerd in its own namespaces, without a trace in this machine's network and mounts."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from config.errors import LabError
from lab.host import runs, stamp
from lab.inventory import own
from lab.network import join
from lab.places import CACHE
from lab.toolchain.build import bin_dir
from lab.toolchain.recipes import OCI_RUNTIME

_SECONDS = 30
# An empty /run in its own mount namespace keeps the engine apart from a Docker of the machine.
_START = """\
mount -t tmpfs -o mode=755 tmpfs /run
ip link set lo up
exec dockerd --config-file "$1" --data-root "$2" --exec-root /run/docker --pidfile /run/docker.pid -H "$3"
"""


@dataclass(frozen=True)
class Engine:
    """One daemon. `home`: its settings, log, PID file and socket. `data`: its images and containers."""

    home: Path
    data: Path

    @property
    def socket(self) -> Path:
        """The socket of the daemon."""
        return self.home / "docker.sock"

    @property
    def host(self) -> str:
        """The socket as a value of DOCKER_HOST."""
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int | None:
        """The daemon's process ID; None if the daemon does not run."""
        return runs(self.home / "pid")

    def chosen(self) -> bool:
        """Whether stacks use this engine: it runs, and DOCKER_HOST names no other. If so, sets DOCKER_HOST."""
        if self.pid is None or os.environ.get("DOCKER_HOST", self.host) != self.host:
            return False
        os.environ["DOCKER_HOST"] = self.host
        return True

    def up(self) -> bool:
        """Start the daemon and wait until it answers; returns False if it already runs. Raises LabError."""
        if self.pid is not None:
            return False
        if len(str(self.socket)) > 100:
            raise LabError(
                f"the engine's socket: expected a path of at most 100 characters, got {self.socket};"
                " set EDGE_CACHE to a shorter path"
            )
        for directory in (self.home, self.data):
            directory.mkdir(parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        settings, log = self.home / "daemon.json", self.home / "dockerd.log"
        settings.write_text(json.dumps(_settings()))
        command = [
            "unshare",
            "--net",
            "--mount",
            "--propagation",
            "private",
            "/bin/sh",
            "-euc",
            _START,
            "dockerd",
            str(settings),
            str(self.data),
            self.host,
        ]
        if self != OURS:
            own(self.home)
        with log.open("wb") as file:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
            )
        self.adopt(process.pid)
        deadline = time.monotonic() + _SECONDS
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                lines = log.read_text(errors="replace").strip().splitlines() or ["no output"]
                self.down()
                raise LabError(f"dockerd did not start: {lines[-1][:200]} ({log})")
            time.sleep(0.05)
        return True

    def adopt(self, pid: int) -> None:
        """Note the process of the daemon."""
        (self.home / "pid").write_text(stamp(pid))

    def down(self) -> bool:
        """End the daemon and its containers; returns False if it did not run. Images and stopped containers stay."""
        found = self.pid
        if found is None:
            return False
        os.kill(found, signal.SIGTERM)
        deadline = time.monotonic() + _SECONDS
        while self.pid is not None and time.monotonic() < deadline:
            time.sleep(0.05)
        left = self.pid
        if left is not None:
            os.kill(left, signal.SIGKILL)
        for path in (self.home / "pid", self.socket):
            path.unlink(missing_ok=True)
        return True

    def enter(self) -> None:
        """Move the calling thread, and what it starts later, to the network of the bridges. Raises LabError."""
        found = self.pid
        if found is None:
            raise LabError("the lab's Docker engine is not up; start it: edge lab docker up")
        join(found)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(2)
            try:
                client.connect(str(self.socket))
                client.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
                return b" 200 " in client.recv(64)
            except OSError:
                return False


# One engine serves all checkouts and test runs that share a cache, because its images take 4 GB.
OURS = Engine(CACHE / "docker/run", CACHE / "docker/data")


def _settings() -> dict[str, object]:
    runtime = bin_dir(OCI_RUNTIME) / "ociruntime"
    return {
        "storage-driver": "overlay2",
        "runtimes": {"edge": {"path": str(runtime)}},
        "default-runtime": "edge",
        # The engine's namespace has no way out; nodes look names up in /etc/hosts.
        "dns": ["127.0.0.1"],
        # The logs of nodes are long, and json-file rotates them only with these options.
        "log-driver": "json-file",
        "log-opts": {"max-size": "10m", "max-file": "2"},
        "live-restore": False,
        "shutdown-timeout": 5,
    }
