"""The package that `pip install .` makes: `edge` and the components in a project that is somebody else's."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installed import PROJECT, edge, install

pytestmark = pytest.mark.slow

PROGRAM = """
import config  # the user's own, beside this file
from cilium_edge.components.stack.program import run

assert config.THEIRS
run()
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package was put."""
    return install(tmp_path_factory.mktemp("installed"))


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(PROJECT / name, tmp_path)
    (tmp_path / "config.py").write_text("THEIRS = True\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    return tmp_path


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_every_module_is_there_and_imports_the_others_by_the_packages_name(installed: Path) -> None:
    package = installed / "cilium_edge"
    folders = {folder.name for folder in package.iterdir() if folder.is_dir() and folder.name != "__pycache__"}
    assert {"components", "config", "cli"} <= folders and not folders & {"tests", "benchmarks", "docs"}
    for folder in folders:
        here = {file.relative_to(PROJECT) for file in (PROJECT / folder).rglob("*.py")}
        assert {file.relative_to(package) for file in (package / folder).rglob("*.py")} == here
    bare = {
        f"{file}: {name}"
        for file in package.rglob("*.py")
        for name in imported(file)
        if name.partition(".")[0] in folders
    }
    assert not bare


def test_a_plan_of_somebodys_project_is_that_of_the_checkout(installed: Path, theirs: Path) -> None:
    words = ("plan", "-s", "dev", "--json")
    there = edge(installed, theirs, *words)
    assert there.returncode == 0, there.stderr
    here = subprocess.run(
        [PROJECT / "edge", *words],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "EDGE_ENGINE": "builtin", "EDGE_HOME": str(theirs / "empty")},
    )
    planned = [[(step["urn"], step["op"]) for step in json.loads(done.stdout)["steps"]] for done in (there, here)]
    assert planned[0] == planned[1] and len(planned[0]) > 20


def test_state_is_kept_in_the_project_that_edge_is_called_for(installed: Path, theirs: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(PROJECT / "Pulumi.bgp.yaml", theirs)
    (theirs / "__main__.py").write_text("import pulumi\npulumi.export('site', 'one')\n")
    done = edge(installed, elsewhere, "-C", str(theirs), "up", "-s", "bgp")
    assert done.returncode == 0, done.stderr
    assert "one" in edge(installed, theirs, "stack", "output", "-s", "bgp").stdout
    assert (theirs / ".edge" / "state" / "bgp.json").exists() and not (elsewhere / ".edge").exists()


def test_the_lab_is_refused_in_a_line(installed: Path, theirs: Path) -> None:
    done = edge(installed, theirs, "up", "-s", "dev")
    assert done.returncode == 1 and "built from a checkout" in done.stderr and "Traceback" not in done.stderr
