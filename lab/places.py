"""Paths of the lab's files, which are not in git. `edge lab down` removes the lab's directory and keeps the cache."""

from __future__ import annotations

import os
from pathlib import Path

from config.home import home

EDGE = home()
# Built binaries, by version and content. A CI machine sets this to a directory that outlives
# the checkout.
CACHE = Path(os.environ.get("EDGE_CACHE", EDGE / "cache"))


def lab_dir(lab: str) -> Path:
    """The directory of one lab: pid files, keys, certificates, kubeconfig, logs."""
    return EDGE / "lab" / lab


def ssh_key(lab: str) -> Path:
    """The private key for root on the lab's hosts."""
    return lab_dir(lab) / "ssh" / "id_ed25519"


def kubeconfig(lab: str) -> Path:
    """The administrator's kubeconfig. Its server is reachable from the management namespace."""
    return lab_dir(lab) / "kubeconfig"
