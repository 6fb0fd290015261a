"""The Debian packages that the lab needs."""

from __future__ import annotations

import os
import shutil
import subprocess

from config.errors import MachineError

PACKAGES = (
    "bpftool",
    "ccache",
    "clang-19",
    "conntrack",
    "curl",
    "etcd-server",
    "frr",
    "frr-pythontools",
    "iproute2",
    "ipset",
    "iptables",
    "iputils-arping",
    "iputils-ping",
    "libfaketime",
    "llvm-19",
    "nftables",
    "openssh-client",
    "openssh-server",
    "procps",
    "tcpdump",
    "tini",
    "util-linux",
)


def for_containers() -> tuple[str, ...]:
    """Additional packages for hosts as containers: tools for images, and an engine if the machine has none."""
    return ("debootstrap", *(() if shutil.which("dockerd") else ("containerd", "docker.io", "runc")))


def missing(more: tuple[str, ...] = ()) -> list[str]:
    """The packages of every lab and of `more` that are not installed."""
    wanted = (*PACKAGES, *more)
    command = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *wanted]
    try:
        out = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        raise MachineError("dpkg is not installed: the lab needs Debian 12 (or a derivative)") from None
    installed = {line.split()[0] for line in out.splitlines() if line.endswith(" installed")}
    return [package for package in wanted if package not in installed]


def install(packages: list[str]) -> None:
    """Install packages without starting their services. Raises MachineError with apt's message."""
    # Debian starts installed services, but this machine's own sshd and FRR must not be affected.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if done.returncode != 0:
            lines = [x for x in (done.stderr + done.stdout).splitlines() if x.startswith("E:")]
            raise MachineError(f"{' '.join(command[:2])}: {lines[0] if lines else 'failed'}")
