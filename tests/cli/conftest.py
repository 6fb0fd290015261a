"""The command line as a user runs it, on a git repository of the test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]


@dataclass
class Project:
    """A checkout: the program, its modules, one stack `dev`."""

    dir: Path

    def edge(self, *words: str) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PULUMI_", "EDGE_"))}
        own = {"EDGE_HOME": str(self.dir.parent / "home"), "EDGE_ENGINE": "builtin", "NO_COLOR": "1"}
        env = {**kept, "PYTHONPATH": str(self.dir), **own}
        argv = [sys.executable, "-m", "cli", "-C", str(self.dir), *words]
        return subprocess.run(argv, cwd=self.dir, env=env, capture_output=True, text=True, check=False)

    def change(self, edit: Callable[[Any], None]) -> None:
        """Edit the stack object in place."""
        file = self.dir / "Pulumi.dev.yaml"
        document = yaml.safe_load(file.read_text())
        edit(document["config"]["cilium-edge:stack"])
        file.write_text(yaml.safe_dump(document, sort_keys=False))


@pytest.fixture(scope="session")
def _checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cli") / "checkout"
    place.mkdir()
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "__main__.py"):
        shutil.copy(PROJECT / name, place / name)
    rooms = (
        "config",
        "effective",
        "failures",
        "diagnosis",
        "rules",
        "components",
        "engine",
        "transport",
        "probes",
        "lab",
        "cli",
    )
    for name in rooms:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / name, place / name, ignore=ignored)
    (place / ".gitignore").write_text("__pycache__/\n")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "base"]):
        subprocess.run([*git, *words], cwd=place, check=True)
    return place


@pytest.fixture
def project(_checkout: Path) -> Project:
    """The checkout with its stack file as it was committed."""
    subprocess.run(["git", "checkout", "-q", "--", "."], cwd=_checkout, check=True)
    return Project(_checkout)
