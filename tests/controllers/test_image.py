"""The image of the egress controller: what its Dockerfile copies and installs is all that the program needs."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = "controllers/egress_ha"
# Imports every file of the program, and prints the files of the checkout that this brings in.
_IMPORT_ALL = f"""
import importlib, pathlib, sys
for path in pathlib.Path("{PROGRAM}").rglob("*.py"):
    importlib.import_module(".".join(path.with_suffix("").parts))
here = str(pathlib.Path.cwd())
for module in list(sys.modules.values()):
    if (getattr(module, "__file__", None) or "").startswith(here):
        print(module.__file__)
"""


def copied() -> list[str]:
    """What the Dockerfile takes from the checkout."""
    text = (PROJECT / PROGRAM / "Dockerfile").read_text()
    return [found[1] for found in re.finditer(r"^COPY (\S+) ", text, re.MULTILINE)]


def imported(path: Path) -> Iterator[str]:
    """Top-level names of what a file imports, inside of functions, too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]


def test_the_program_runs_on_what_is_copied_and_pinned(tmp_path: Path) -> None:
    for source in copied():
        if (PROJECT / source).is_dir():
            shutil.copytree(PROJECT / source, tmp_path / source)
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_ALL], cwd=tmp_path, env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    names = {name for path in done.stdout.splitlines() for name in imported(Path(path))}
    foreign = {name for name in names - sys.stdlib_module_names if not (tmp_path / name).exists()}
    owners = packages_distributions()
    needed = {owners[name][0].lower().replace("_", "-") for name in foreign}
    pinned = set(re.findall(r"^([a-z0-9.-]+)==", (PROJECT / "requirements/controller.txt").read_text(), re.MULTILINE))
    assert needed - pinned == set() and "kubernetes" in needed


def test_nothing_else_of_the_checkout_is_sent_to_the_builder() -> None:
    let_in = [line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert sorted(let_in) == sorted(copied())
