"""State files that somebody or something changed: the backup is used, and the good state is written again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.errors import StateError
from engine.resource import Resource
from engine.state import State
from engine.values import Secret
from tests.engine.project import Project

WORD = "a passphrase"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A state with a secret, and its backup."""
    state = State(tmp_path / "state" / "t.json", WORD)
    for name in ("a", "b"):
        state.put(Resource(f"urn:pulumi:t::p::x::{name}", "x", True, {"secret": Secret("hush")}))
    return state.path


def flip(path: Path, place: int) -> None:
    text = path.read_text()
    other = "A" if text[place] != "A" else "B"
    path.write_text(text[:place] + other + text[place + 1 :])


def test_a_changed_ciphertext_is_no_wrong_passphrase(path: Path) -> None:
    flip(path, path.read_text().index('"ciphertext": "v1:') + 45)
    state = State(path, WORD)
    assert [r.name for r in state.resources] == ["a"] and state.damaged
    assert state.warnings == ["t.json cannot be read (cut off or edited)", "using the previous state, t.json.bak"]


def test_a_changed_salt_is_no_wrong_passphrase(path: Path) -> None:
    flip(path, path.read_text().index('"salt": "v1:') + 14)
    assert [r.name for r in State(path, WORD).resources] == ["a"]


def test_a_wrong_passphrase_is_one_for_the_backup_too(path: Path) -> None:
    with pytest.raises(StateError, match="incorrect passphrase"):
        State(path, "another")


def test_where_both_are_damaged_nothing_is_guessed(path: Path) -> None:
    for file in (path, path.with_name("t.json.bak")):
        flip(file, file.read_text().index('"ciphertext": "v1:') + 45)
    with pytest.raises(StateError, match=r"neither .* can be read"):
        State(path, WORD)


def test_an_up_that_changes_nothing_writes_a_damaged_state_anew(project: Project) -> None:
    declared = 'command("a")'
    project.up(declared)
    project.up(declared + '\npulumi.export("o", 1)')
    project.engine.path.write_text("{")
    project.up(declared)
    assert json.loads(project.engine.path.read_text())["deployment"]["resources"]
    assert project.engine.up().warnings == []
