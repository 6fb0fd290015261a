"""A run that is killed while kind makes the cluster: the next one converges."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.docker.conftest import NAME, Containers, client, prepared
from tests.e2e.harness import until

pytestmark = pytest.mark.docker


def test_the_next_up_makes_the_cluster(tmp_path: Path, engine: None) -> None:
    edge = Containers(tmp_path / "project", "kind")
    prepared(edge)
    before = edge.volumes()
    try:
        process = edge.start("up")
        until(lambda: f"{NAME}-control-plane" in edge.left(), 60, "kind has begun")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        # kind itself goes on: nobody has ended it.
        edge.run("up", timeout=500)
        assert edge.verify()["green"]
        assert len([name for name in edge.left() if name.startswith(f"{NAME}-worker")]) == 2
        assert {client().containers.get(f"{NAME}-worker").status} == {"running"}
    finally:
        edge.run("destroy", "--yes", ok=False)
        assert edge.left() == [] and edge.volumes() <= before
