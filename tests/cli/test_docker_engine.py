"""Stacks of containers have one engine: that of the API is that of the command `docker`, of scripts and drills."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.docker_engine import choose
from lab.docker.engine import Engine


@pytest.fixture(autouse=True)
def _no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the lab's engine nor one of the environment."""
    monkeypatch.setattr("lab.docker.engine.OURS", Engine(tmp_path, tmp_path))
    # Also undoes what `choose` sets.
    monkeypatch.setenv("DOCKER_HOST", "")
    monkeypatch.delenv("DOCKER_HOST")
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_programs_that_are_started_are_told_the_engine() -> None:
    assert not choose("")
    assert os.environ["DOCKER_HOST"] == "unix:///var/run/docker.sock"


def test_the_engine_of_the_environment_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///mine.sock")
    assert not choose("") and os.environ["DOCKER_HOST"] == "unix:///mine.sock"


def test_the_stacks_configuration_comes_first_as_for_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///mine.sock")
    assert not choose("unix:///configured.sock") and os.environ["DOCKER_HOST"] == "unix:///configured.sock"


def test_the_labs_engine_is_used_if_it_runs_and_nothing_else_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Engine(tmp_path, tmp_path)
    ours.adopt(os.getpid())
    assert choose("") and os.environ["DOCKER_HOST"] == ours.host
    assert not choose("unix:///configured.sock")
