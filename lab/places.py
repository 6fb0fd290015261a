"""Where the lab keeps what it makes. Nothing of it is in git, and `edge lab down` removes it."""

from __future__ import annotations

import os
from pathlib import Path

from config.home import home

EDGE = home()
# Built binaries, by version and content. A CI machine points this at a directory that survives
# the checkout.
CACHE = Path(os.environ.get("EDGE_CACHE", EDGE / "cache"))


def lab_dir(lab: str) -> Path:
    """Everything of one lab: pid files, keys, certificates, kubeconfig, logs."""
    return EDGE / "lab" / lab


def host_dir(lab: str, host: str) -> Path:
    """One host: `pid` (its init in this machine's PID namespace) and `root` (its file system)."""
    return lab_dir(lab) / "hosts" / host


def ssh_key(lab: str) -> Path:
    """The private key that logs in to the lab's hosts as root."""
    return lab_dir(lab) / "ssh" / "id_ed25519"


def kubeconfig(lab: str) -> Path:
    """The administrator's kubeconfig; its server is reached from the management namespace."""
    return lab_dir(lab) / "kubeconfig"
