"""A stack as the program of this checkout makes it, without a cluster, a router, a secret or a state."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli import report as screen
from cli.render import artefacts
from cli.session import Session, StackOption
from config.errors import EdgeError
from config.load import parse
from config.stack import StackConfig


@dataclass(frozen=True)
class Snapshot:
    """What a stack becomes: its typed form, the files a reviewer reads, the resources with their inputs."""

    stack: StackConfig
    artefacts: dict[str, str]
    resources: dict[str, str]


def snapshot(stack: StackOption = "dev") -> None:
    """Print what the stack becomes as JSON: its document, its files, its resources. Touches nothing."""
    session = Session(stack)
    summary = session.engine.preview(fresh=True)
    screen.print_json({
        "document": session.settings.document,
        "artefacts": artefacts(session),
        "resources": {f"{step.type} {step.name}": step.parent.rpartition("::")[2] for step in summary.steps},
    })  # fmt: skip


def take(stack: str, directory: Path) -> Snapshot | str:
    """The stack as the program in a checkout makes it; a text says why it could not."""
    if not (directory / f"Pulumi.{stack}.yaml").exists():
        return f"there is no Pulumi.{stack}.yaml"
    with tempfile.TemporaryDirectory(prefix="edge-snapshot.") as home:
        # Nothing of this machine may show: no lab that happens to run, no state, no secret, no CLI.
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "EDGE_"))}
        environment = {**kept, "PYTHONPATH": str(directory), "EDGE_HOME": home, "EDGE_ENGINE": "builtin"}
        done = subprocess.run(
            [sys.executable, "-m", "cli", "-C", str(directory), "snapshot", "-s", stack],
            cwd=directory, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        return next((line for line in said if line.startswith("error: ")), said[-1]).removeprefix("error: ")
    data: dict[str, Any] = json.loads(done.stdout)
    return Snapshot(parse(data["document"], stack), data["artefacts"], data["resources"])


@contextmanager
def worktree(revision: str) -> Iterator[Path]:
    """A throw-away checkout of a git revision. Raises EdgeError where there is none."""
    with tempfile.TemporaryDirectory(prefix="edge-base.") as directory:
        place = Path(directory) / "base"
        made = _git("worktree", "add", "--detach", "--quiet", str(place), revision)
        if made.returncode != 0:
            said = made.stderr.strip().splitlines() or ["git said nothing"]
            raise EdgeError(f"--base {revision}: {said[-1]}; a shallow clone has to fetch it first")
        try:
            yield place
        finally:
            _git("worktree", "remove", "--force", str(place))


def name_of(revision: str) -> str:
    """`main (863486d)`."""
    found = _git("rev-parse", "--short", revision)
    short = found.stdout.strip()
    return revision if not short or revision.startswith(short) else f"{revision} ({short})"


def _git(*words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise EdgeError("--base needs git, and there is none on PATH") from None
