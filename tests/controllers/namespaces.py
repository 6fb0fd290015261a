"""Tests inside network and mount namespaces of their own: a fork of this process that nothing leaves.

`/etc` and `/run` are empty there, and `/sys` shows the links of the namespace.
"""

from __future__ import annotations

import ctypes
import functools
import multiprocessing
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection

import pytest

_NEW_NET, _NEW_MOUNTS = 0x40000000, 0x00020000
_SECONDS = 20

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")


def sh(command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a shell command; its text is in the message when it fails."""
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"{command}: {done.stderr}"
    return done


def in_namespace(test: Callable[..., None]) -> Callable[..., None]:
    """Run the test in fresh namespaces; what it raises is raised here."""

    @functools.wraps(test)
    def run(*args: object, **kwargs: object) -> None:
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=_child, args=(theirs, lambda: test(*args, **kwargs)))
        child.start()
        theirs.close()
        try:
            told = ours.recv() if ours.poll(_SECONDS) else f"no end within {_SECONDS} s"
        except EOFError:
            told = "the process of the namespace died"
        finally:
            child.kill()
            child.join()
        if told:
            pytest.fail(told, pytrace=False)

    marked: Callable[..., None] = needs_root(run)
    return marked


def _child(pipe: Connection, body: Callable[[], None]) -> None:
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.unshare(_NEW_NET | _NEW_MOUNTS) == 0, os.strerror(ctypes.get_errno())
        sh("mount --make-rprivate / && mount -t sysfs sysfs /sys && ip link set lo up")
        sh("mount -t tmpfs tmpfs /etc && mount -t tmpfs tmpfs /run")
        body()
        pipe.send("")
    except BaseException:
        pipe.send(traceback.format_exc())
    finally:
        sys.stdout.flush()
        os._exit(0)


class Neighbor:
    """Another host: a namespace of its own at the other end of a veth pair whose this end is `device`."""

    def __init__(self, device: str, address: str) -> None:
        self._process = subprocess.Popen(
            ["unshare", "-n", "sh", "-c", "echo up; exec sleep 60"], stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()
        sh(
            f"ip link add {device} type veth peer name {device}p && ip link set {device} up"
            f" && ip link set {device}p netns {self._process.pid}"
        )
        self.sh(f"ip link set {device}p name eth0 && ip link set eth0 up && ip address add {address} dev eth0 nodad")

    def sh(self, command: str) -> str:
        """Run a command over there."""
        return sh(f"nsenter -t {self._process.pid} -n sh -c '{command}'").stdout

    def popen(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program over there."""
        words = ["nsenter", "-t", str(self._process.pid), "-n", *command]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def close(self) -> None:
        """The host is gone."""
        self._process.kill()
        self._process.wait()
