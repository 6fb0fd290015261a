"""An engine whose disk is full: one line, nothing half made, and the next `up` converges when there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.docker.engine import Engine
from lab.host import stamp
from lab.inventory import OWNER
from tests.engine.docker.conftest import import_tiny, scratch
from tests.engine.docker.test_containers import ids, program
from tests.engine.project import Project

pytestmark = pytest.mark.lab


@pytest.fixture
def small(dockerd: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine with 64 MiB for all that it keeps."""
    monkeypatch.setenv(OWNER, stamp(os.getpid()))
    with scratch() as (home, data):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", data], check=True)
        engine = Engine(home, data)
        try:
            engine.up()
            import_tiny(engine, home)
            monkeypatch.setenv("DOCKER_HOST", engine.host)
            yield engine
        finally:
            engine.down()
            subprocess.run(["umount", data], check=True)


def grow(engine: Engine) -> None:
    """Room for 256 MiB. The engine has the mount in a namespace of its own, and a size belongs to the file system."""
    subprocess.run(["mount", "-o", "remount,size=256m", engine.data], check=True)


def test_a_container_that_does_not_fit(project: Project, small: Engine, tmp_path: Path) -> None:
    from docker import DockerClient

    large = tmp_path / "large"
    large.write_bytes(os.urandom(80 << 20))
    text = program(f"uploads=[{{'file': '/large', 'source': '{large}'}}]")
    said = project.fails(text)
    assert "container box: no space left on device on the engine's disk; make room" in said, said
    assert "\n" not in said and "Traceback" not in said
    client = DockerClient(base_url=small.host, timeout=60)
    assert ids(client) == {}
    grow(small)
    project.up(text)
    assert list(ids(client)) == ["box"]
    client.close()
