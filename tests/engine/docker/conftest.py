"""A Docker engine of the tests' own, with an image of one static program."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lab.docker.engine import Engine
from lab.host import stamp
from lab.inventory import OWNER
from lab.places import CACHE
from lab.toolchain.build import build
from lab.toolchain.recipes import OCI_RUNTIME

TINY = Path(__file__).with_name("tiny")


@pytest.fixture(scope="session")
def dockerd() -> Iterator[Engine]:
    if shutil.which("dockerd") is None or os.geteuid() != 0:
        pytest.skip("no dockerd, or not root: edge setup --docker installs it")
    build(lambda what, seconds: None, (OCI_RUNTIME,))
    with scratch() as (home, data), pytest.MonkeyPatch.context() as patch:
        # A test run that is killed leaves the engine behind: `edge lab prune` knows it by this.
        patch.setenv(OWNER, stamp(os.getpid()))
        engine = Engine(home, data)
        engine.up()
        try:
            import_tiny(engine, home)
            yield engine
        finally:
            engine.down()


@contextmanager
def scratch() -> Iterator[tuple[Path, Path]]:
    """Two directories for an engine: the path of a socket is short, and overlayfs lies on no overlayfs."""
    CACHE.mkdir(parents=True, exist_ok=True)
    places = Path(tempfile.mkdtemp(prefix="dockerd-")), Path(tempfile.mkdtemp(prefix="docker-", dir=CACHE))
    try:
        yield places
    finally:
        for place in places:
            shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def docker(dockerd: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client; at the end nothing is left that a test made."""
    from docker import DockerClient

    dockerd.up()
    monkeypatch.setenv("DOCKER_HOST", dockerd.host)
    client = DockerClient(base_url=dockerd.host, timeout=60)
    yield client
    for container in client.containers.list(all=True):
        container.remove(force=True, v=True)
    client.networks.prune()
    client.close()


def import_tiny(engine: Engine, home: Path) -> None:
    """Give the engine the image `tiny:1`; `home` keeps what it is made of."""
    from docker import DockerClient

    root = home / "root"
    root.mkdir()
    subprocess.run(
        ["go", "build", "-o", str(root / "tiny"), str(TINY / "main.go")],
        check=True,
        env={**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GO111MODULE": "off"},
    )
    subprocess.run(["tar", "-C", str(root), "-cf", str(home / "tiny.tar"), "."], check=True)
    client = DockerClient(base_url=engine.host)
    client.api.import_image_from_file(str(home / "tiny.tar"), "tiny", "1", changes=['ENTRYPOINT ["/tiny"]'])
    client.close()
