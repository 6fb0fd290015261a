"""Certificates of a lab's Ingresses: what the stack's configuration lacks, the lab's own authority issues."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from config.stack import StackConfig
from lab.pki import Pki


def issue(directory: Path, authority: Pki, stack: StackConfig) -> None:
    """Write each certificate and its key to a file of the name that they have in the configuration."""
    hosts: dict[tuple[str, str], list[str]] = {}
    for ingress in stack.ingresses:
        for tls in ingress.tls:
            if tls.certificate_config and tls.key_config:
                hosts.setdefault((tls.certificate_config, tls.key_config), []).extend(tls.hosts)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for names, wanted in hosts.items():
        every = tuple(dict.fromkeys(wanted))
        # Other hosts are another certificate.
        label = f"ingress-{sha256(repr((names, every)).encode()).hexdigest()[:12]}"
        for name, made in zip(names, authority.issue(label, "ingress", hosts=every), strict=True):
            _put(directory / name, made)


def _put(place: Path, made: Path) -> None:
    fresh = place.parent / f".{place.name}.fresh"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(made, place.parent))
    fresh.replace(place)
