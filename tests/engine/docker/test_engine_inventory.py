"""Docker engines of killed test runs are found by what runs, and ended."""

from __future__ import annotations

import subprocess

import pytest

from lab.docker.engine import Engine
from lab.docker.inventory import engines
from lab.host import stamp
from lab.inventory import OWNER
from tests.engine.docker.conftest import scratch

pytestmark = pytest.mark.slow


def test_an_engine_whose_owner_is_gone_ends(dockerd: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = subprocess.Popen(["sleep", "600"])
    monkeypatch.setenv(OWNER, stamp(owner.pid))
    with scratch() as (home, data):
        engine = Engine(home, data)
        engine.up()
        [found] = [one for one in engines() if one.engine == engine]
        assert found.owner == f"process {owner.pid}" and not found.abandoned
        owner.kill()
        owner.wait()
        assert found.abandoned and "which is gone" in found.owner
        # What the process was is known from the process itself, too.
        (home / "pid").unlink()
        found.end()
        assert not home.exists() and not data.exists()
    left = [one.engine for one in engines()]
    assert dockerd in left and engine not in left
