"""`edge stack`: what it writes is for the owner alone."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Project

pytestmark = pytest.mark.slow


def test_an_export_into_a_file_that_others_read_is_the_owners_alone(project: Project) -> None:
    file = project.dir.parent / "exported.json"
    file.write_text("of before")
    file.chmod(0o644)
    done = project.edge("stack", "export", "--file", str(file))
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["deployment"]["resources"] == []


def test_a_stack_file_keeps_its_mode(project: Project) -> None:
    file = project.dir / "Pulumi.dev.yaml"
    file.chmod(0o600)
    done = project.edge("config", "set-secret", "word", "--stack", "dev")
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o777 == 0o600 and "cilium-edge:word" in file.read_text()
