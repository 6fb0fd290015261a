"""The package as `pip install .` makes it, put into a directory, and its command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PASSPHRASE = "-"


def source(target: Path) -> Path:
    """A copy of the project: setuptools leaves a folder in what it builds."""
    ignored = shutil.ignore_patterns(".*", "tests", "docs", "examples", "build", "venv", "__pycache__")
    shutil.copytree(PROJECT, target, ignore=ignored)
    return target


def install(home: Path) -> Path:
    """The directory that the package was put into; its dependencies are this environment's."""
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "install"]
    only = ["--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, *only, "--target", home / "lib", source(home / "source")], check=True)
    return home / "lib"


def edge(lib: Path, where: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The installed command, called in a directory, with the built-in engine."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("EDGE_", "PYTHON", "PULUMI_"))}
    own = {"PYTHONPATH": str(lib), "EDGE_ENGINE": "builtin", "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}
    return subprocess.run(
        [sys.executable, lib / "bin" / "edge", *words],
        cwd=where,
        capture_output=True,
        text=True,
        check=False,
        env={**env, **own},
        input=stdin,
    )
