"""Python packages of a requirement file as wheels, for images that are built without a registry."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from config.errors import MachineError
from lab.places import CACHE


def directory(requirements: Path) -> Path:
    """The directory of the wheels, fetched once. The file names the hash of each wheel. Raises MachineError."""
    place = CACHE / "docker" / f"wheels-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]}"
    if not place.exists():
        half = place.with_suffix(".part")
        shutil.rmtree(half, ignore_errors=True)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--disable-pip-version-check",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "-r",
            str(requirements),
            "-d",
            str(half),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            words = done.stderr.strip().splitlines() or ["no output"]
            raise MachineError(f"pip download of {requirements.name}: {words[-1]}")
        half.rename(place)
    return place
