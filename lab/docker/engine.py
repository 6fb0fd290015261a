"""dockerd in namespaces of its own: nothing of it is to be seen on this machine's network or among its mounts."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from config.errors import LabError
from lab.host import runs, stamp
from lab.places import CACHE, EDGE
from lab.toolchain.build import bin_dir
from lab.toolchain.recipes import OCI_RUNTIME

# What it runs by; images and containers are in the cache, where they outlive a checkout.
HOME = EDGE / "lab-docker"
DATA = CACHE / "docker/data"
SOCKET = HOME / "docker.sock"
HOST = f"unix://{SOCKET}"
_PID = HOME / "pid"
_LOG = HOME / "dockerd.log"
_CLONE_NEWNET = 0x40000000
_SECONDS = 30
# In its own mount namespace /run is empty: a Docker that the machine has may not be met there.
_START = """\
mount -t tmpfs -o mode=755 tmpfs /run
ip link set lo up
exec dockerd --config-file "$1" --data-root "$2" --exec-root /run/docker --pidfile /run/docker.pid -H "$3"
"""


def pid() -> int | None:
    """The daemon, or None where it does not run."""
    return runs(_PID)


def chosen() -> bool:
    """Whether stacks are to use it: it runs, and DOCKER_HOST names no other."""
    if pid() is None or os.environ.get("DOCKER_HOST", HOST) != HOST:
        return False
    os.environ["DOCKER_HOST"] = HOST
    return True


def up() -> bool:
    """Start it, and return when it answers; False where it runs already. Raises LabError with its own last words."""
    if pid() is not None:
        return False
    if len(str(SOCKET)) > 100:
        raise LabError(f"the engine's socket: expected a path of at most 100 letters, got {SOCKET};"
                       " set EDGE_HOME to a shorter one")  # fmt: skip
    HOME.mkdir(parents=True, exist_ok=True)
    DATA.mkdir(parents=True, exist_ok=True)
    SOCKET.unlink(missing_ok=True)
    settings = HOME / "daemon.json"
    settings.write_text(json.dumps(_settings()))
    command = ["unshare", "--net", "--mount", "--propagation", "private", "/bin/sh", "-euc", _START, "dockerd",
               str(settings), str(DATA), HOST]  # fmt: skip
    with _LOG.open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    _PID.write_text(stamp(process.pid))
    deadline = time.monotonic() + _SECONDS
    while not _answers():
        if process.poll() is not None or time.monotonic() > deadline:
            lines = _LOG.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
            down()
            raise LabError(f"dockerd did not start: {lines[-1][:200]} ({_LOG})")
        time.sleep(0.05)
    return True


def down() -> bool:
    """End it and every container. Images and stopped containers stay in the cache; False where it did not run."""
    found = pid()
    if found is None:
        return False
    os.kill(found, signal.SIGTERM)
    deadline = time.monotonic() + _SECONDS
    while pid() is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    left = pid()
    if left is not None:
        os.kill(left, signal.SIGKILL)
    for path in (_PID, SOCKET):
        path.unlink(missing_ok=True)
    return True


def enter() -> None:
    """Move the calling thread, and what it starts later, to the network that the engine's bridges are on."""
    found = pid()
    if found is None:
        raise LabError("the lab's Docker engine is not up; start it: edge lab docker up")
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(f"/proc/{found}/ns/net", os.O_RDONLY)
    try:
        if libc.setns(descriptor, _CLONE_NEWNET) != 0:
            raise LabError(f"entering the engine's network: {os.strerror(ctypes.get_errno())} (are you root?)")
    finally:
        os.close(descriptor)


def _settings() -> dict[str, object]:
    runtime = bin_dir(OCI_RUNTIME) / "ociruntime"
    return {
        "storage-driver": "overlay2", "runtimes": {"edge": {"path": str(runtime)}}, "default-runtime": "edge",
        # Nothing leads out of its namespace; nodes look names up in /etc/hosts.
        "dns": ["127.0.0.1"],
        # Logs of nodes are long, and nobody rotates them.
        "log-driver": "json-file", "log-opts": {"max-size": "10m", "max-file": "2"},
        "live-restore": False, "shutdown-timeout": 5,
    }  # fmt: skip


def _answers() -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(2)
        try:
            client.connect(str(Path(SOCKET)))
            client.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            return b" 200 " in client.recv(64)
        except OSError:
            return False
