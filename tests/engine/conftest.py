"""A project directory with a state of its own; nothing of the caller's environment gets in."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from tests.engine.project import Project

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE_FILE", raising=False)
    # Futures that nobody read are logged whenever they are collected; where that is while pytest parses
    # source for a report, Python 3.11 fails with "AST constructor recursion depth mismatch".
    monkeypatch.setattr(logging.getLogger("asyncio"), "disabled", True)
    # The engine puts the project directory on sys.path.
    monkeypatch.setattr(sys, "path", sys.path[:])


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)
