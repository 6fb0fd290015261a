"""A stack as the program of a checkout makes it, without cluster, routers, secrets or state."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli import sandbox, screen
from cli.context import STACK, StackContext, StackOption
from cli.render import artefacts
from config.errors import EdgeError
from config.home import PACKAGE
from config.load import parse
from config.stack import StackConfig


@dataclass(frozen=True)
class Snapshot:
    """The result of a stack: its typed form, the artefacts for a reviewer, and the resources with their parents."""

    stack: StackConfig
    artefacts: dict[str, str]
    resources: dict[str, str]


def snapshot(stack: StackOption = "dev") -> None:
    """Print the stack's document, artefacts and resources as JSON. Nothing is changed."""
    context = StackContext(stack)
    summary = context.engine.preview(fresh=True)
    screen.print_json(
        {
            "document": context.settings.object(STACK),
            "artefacts": artefacts(context),
            "resources": {f"{step.type} {step.name}": step.parent.rpartition("::")[2] for step in summary.steps},
        }
    )


def take(stack: str, directory: Path) -> Snapshot | str:
    """The stack as the program in a checkout makes it; if the program fails, a text with the reason."""
    if not (directory / f"Pulumi.{stack}.yaml").exists():
        return f"there is no Pulumi.{stack}.yaml"
    with tempfile.TemporaryDirectory(prefix="edge-snapshot.") as home:
        # The result must not depend on this machine: on a running lab, a state, a secret, or the Pulumi CLI.
        own = {"PYTHONPATH": str(directory), "EDGE_HOME": f"{home}/.edge", "EDGE_ENGINE": "builtin"}
        words = [sys.executable, "-m", f"{PACKAGE}cli", "-C", str(directory), "snapshot", "-s", stack]
        done = sandbox.best().run(words, directory, Path(home), own)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["no output"]
        return next((line for line in said if line.startswith("error: ")), said[-1]).removeprefix("error: ")
    try:
        data: dict[str, Any] = json.loads(done.stdout)
        artefacts, resources = _texts(data["artefacts"]), _texts(data["resources"])
        return Snapshot(parse(data["document"], stack), artefacts, resources)
    except (ValueError, KeyError, TypeError, RecursionError):
        return "expected a snapshot on its standard output, got another text"


def _texts(value: Any) -> dict[str, str]:
    """Checked output of another program. Raises TypeError for anything but a mapping of texts."""
    if not isinstance(value, dict) or not all(isinstance(one, str) for pair in value.items() for one in pair):
        raise TypeError("not texts by name")
    return value


@contextmanager
def worktree(revision: str, option: str = "--base") -> Iterator[Path]:
    """A temporary checkout of a git revision. `option`: its command-line option. Raises EdgeError if it is unknown."""
    with tempfile.TemporaryDirectory(prefix="edge-base.") as directory:
        place = Path(directory) / "base"
        made = _git("worktree", "add", "--detach", "--quiet", str(place), revision)
        if made.returncode != 0:
            said = made.stderr.strip().splitlines() or ["no output of git"]
            raise EdgeError(f"{option} {revision}: {said[-1]}; in a shallow clone, fetch the revision first")
        try:
            yield place
        finally:
            _git("worktree", "remove", "--force", str(place))


def name_of(revision: str) -> str:
    """A revision with its commit, as `main (863486d)`."""
    found = _git("rev-parse", "--short", revision)
    short = found.stdout.strip()
    return revision if not short or revision.startswith(short) else f"{revision} ({short})"


def _git(*words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise EdgeError("--base needs git, and git is not on PATH") from None
