"""Labs that a killed run left behind: seen from anywhere, and ended without anybody else's being touched."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.host import stamp
from lab.inventory import OWNER
from tests.e2e.harness import Edge


@pytest.fixture
def left(tmp_path: Path) -> Iterator[tuple[Edge, subprocess.Popen[bytes]]]:
    """A lab whose owner is a process of its own."""
    edge, owner = Edge(tmp_path / "project"), subprocess.Popen(["sleep", "600"])
    edge.env[OWNER] = stamp(owner.pid)
    try:
        edge.run("lab", "up")
        yield edge, owner
    finally:
        owner.kill()
        owner.wait()
        edge.run("lab", "down", ok=False)
        edge.run("lab", "prune")


def found(edge: Edge) -> Any:
    """What is told of its lab, of all that run here."""
    place = str(edge.home / "lab" / edge.stack)
    return next((one for one in edge.json("lab", "list") if one["directory"] == place), None)


def test_a_lab_ends_with_its_owner_once_somebody_prunes(left: tuple[Edge, subprocess.Popen[bytes]]) -> None:
    edge, owner = left
    told = found(edge)
    assert told["owner"] == f"process {owner.pid}" and not told["abandoned"] and len(told["hosts"]) == 7
    edge.run("lab", "prune")
    assert found(edge) is not None

    owner.kill()
    owner.wait()
    assert found(edge)["abandoned"] and "which is gone" in found(edge)["owner"]
    edge.run("lab", "prune")
    assert found(edge) is None and not (edge.home / "lab" / edge.stack).exists()
    assert subprocess.run(["pgrep", "-f", f"boot.sh .* {edge.home}"], stdout=subprocess.PIPE, check=False).stdout == b""


def test_a_lab_without_its_directory_is_nobodys(left: tuple[Edge, subprocess.Popen[bytes]]) -> None:
    edge, _ = left
    shutil.rmtree(edge.home / "lab" / edge.stack, ignore_errors=True)
    assert found(edge)["owner"] == "none: its directory is gone"
    edge.run("lab", "prune")
    assert found(edge) is None
