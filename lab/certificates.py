"""Certificates of a lab's Ingresses and Gateways: the lab's own CA issues those that the configuration lacks."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from config.certified import certified
from config.stack import StackConfig
from lab.pki import Pki


def issue(directory: Path, authority: Pki, stack: StackConfig) -> None:
    """Write each certificate and its key to files with the names from the configuration."""
    hosts: dict[tuple[str, str], list[str]] = {}
    for item in certified(stack):
        names = item.certificate.certificate_config, item.certificate.key_config
        if names[0] and names[1]:
            hosts.setdefault((names[0], names[1]), []).extend(item.hosts)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for names, wanted in hosts.items():
        every = tuple(dict.fromkeys(wanted))
        # A change of the hosts needs a new certificate.
        label = f"ingress-{sha256(repr((names, every)).encode()).hexdigest()[:12]}"
        for name, made in zip(names, authority.issue(label, "ingress", hosts=every), strict=True):
            _put(directory / name, made)


def _put(place: Path, made: Path) -> None:
    fresh = place.parent / f".{place.name}.fresh"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(made, place.parent))
    fresh.replace(place)
