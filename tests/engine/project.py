"""Pulumi programs written into a temporary directory, and what the engine makes of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from config.errors import DeploymentFailed
from engine.events import Summary
from engine.operations import BuiltinEngine
from engine.registry import PROVIDER_PREFIX
from engine.resource import Resource

REPOSITORY = Path(__file__).resolve().parents[2]

# What every program starts with. `log` is a shell command that appends a line to the test's log;
# HOLD waits while the file `hold` is there, so that a test decides when a command is done.
PRELUDE = """
import pulumi
from pulumi import Alias, ComponentResource, CustomTimeouts, Output, ResourceOptions
from pulumi_command.local import Command

ROOT = {root!r}
HOLD = f"for i in $(seq 1000); do [ -e {{ROOT}}/hold ] || break; sleep 0.02; done"

def log(text):
    return f"echo {{text}} >> {{ROOT}}/log"

def command(name, opts=None, **arguments):
    verbs = {{verb: log(f"{{verb}} {{name}}") for verb in ("create", "update", "delete")}}
    return Command(name, **(verbs | arguments), opts=opts)

class Group(ComponentResource):
    def __init__(self, name, kind="my:kind:Group", opts=None):
        super().__init__(kind, name, {{}}, opts)
"""

# Runs one operation in a process of its own, for tests that kill it.
DRIVER = """
import sys
from pathlib import Path
from config.errors import EdgeError
from engine.operations import BuiltinEngine
root = Path(sys.argv[1])
try:
    BuiltinEngine(root / "program", "t", root / "state", own_passphrase=True).up()
except EdgeError as error:
    sys.exit(str(error))
"""


class Project:
    """One project with the stack `t`. `root` is where its commands leave their traces."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.directory = root / "program"
        self.directory.mkdir()
        self.engine = self.at("state")
        (self.directory / "Pulumi.yaml").write_text("name: proj\nruntime: python\n")
        (self.directory / "Pulumi.t.yaml").write_text("config: {}\n")

    def at(self, state: str) -> BuiltinEngine:
        """The same project with its state elsewhere."""
        return BuiltinEngine(self.directory, "t", self.root / state, own_passphrase=True)

    def write(self, program: str) -> None:
        (self.directory / "__main__.py").write_text(PRELUDE.format(root=str(self.root)) + program)

    def up(self, program: str) -> Summary:
        self.write(program)
        return self.engine.up()

    def preview(self, program: str) -> Summary:
        self.write(program)
        return self.engine.preview()

    def fails(self, program: str) -> str:
        """The message of an `up` that has to fail."""
        try:
            self.up(program)
        except DeploymentFailed as error:
            return str(error)
        except Exception as error:
            problem = f"up ended with {error!r} in place of DeploymentFailed"
        else:
            problem = "up succeeded"
        pytest.fail(problem)

    @property
    def log(self) -> list[str]:
        """What the commands logged."""
        path = self.root / "log"
        return path.read_text().splitlines() if path.exists() else []

    def forget_log(self) -> None:
        (self.root / "log").unlink(missing_ok=True)

    def resource(self, name: str) -> Resource:
        """The resource of that name in the state file."""
        return {r.name: r for r in self.engine.resources()}[name]

    def names(self) -> list[str]:
        """The commands in the state file."""
        return [r.name for r in self.engine.resources() if r.type == "command:local:Command"]

    def state_text(self) -> str:
        """Everything in the state directory: the state, its backup and what is beside them."""
        return "".join(path.read_text() for path in sorted((self.root / "state").iterdir()))

    def pending(self) -> list[Any]:
        """The pending operations in the state file."""
        document = json.loads((self.root / "state" / "t.json").read_text())
        return list(document["deployment"]["pending_operations"])

    @contextmanager
    def running_up(self, program: str) -> Iterator[subprocess.Popen[str]]:
        """`up` in another process, killed at the end at the latest."""
        self.write(program)
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(self.root)],
            cwd=REPOSITORY,
            text=True,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def killed_up(self, program: str, reached: Callable[[], bool]) -> None:
        """`up`, killed with SIGKILL once `reached` is true. Its command is let go on to its end."""
        (self.root / "hold").touch()
        try:
            with self.running_up(program) as process:
                until(reached)
                process.kill()
                assert process.wait() == -9
        finally:
            (self.root / "hold").unlink()


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def fates(summary: Summary) -> dict[str, str]:
    """What became of each resource that is neither the stack nor a provider; `error` where it failed."""
    return {
        step.name: "error" if step.error else str(step.op)
        for step in summary.steps
        if not step.type.startswith((PROVIDER_PREFIX, "pulumi:pulumi:"))
    }
