"""Where `pulumi` works: a lab has a directory of its own, every other stack the project."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from config.errors import StateError
from engine.workspace import workspace

PROJECT = "name: proj\ndescription: text\nruntime: python\nmain: .\nconfig:\n  proj:stack: {type: object}\n"
STACK = """\
config:
  proj:stack:
    labels: { enable-bgp: "true", number: "1", octal: "010", "null": "null", version: "1.10" }
    count: 3
    flag: true
    ratio: 0.5
    nothing: null
    text: |
      two
      lines
  other:key: text
"""


@pytest.fixture(autouse=True)
def _no_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "Pulumi.yaml").write_text(PROJECT)
    (directory / "Pulumi.t.yaml").write_text(STACK)
    return directory


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def load(path: Path) -> dict[str, object]:
    return dict(yaml.safe_load(path.read_text()))


def test_a_stack_with_a_login_of_its_own_works_in_the_project(project: Path, state: Path) -> None:
    assert workspace(project, "t", state, None) == (project, {})
    assert not state.exists()


def test_a_lab_has_a_directory_that_points_at_the_program(project: Path, state: Path) -> None:
    home, _ = workspace(project, "t", state, "word")
    assert home.parent == state and home.stat().st_mode & 0o777 == 0o700
    copy = load(home / "Pulumi.yaml")
    # A relative path would be looked for beside the copy.
    assert copy["main"] == str(project)
    assert copy["runtime"] == {"name": "python", "options": {"virtualenv": str(project / ".venv")}}
    assert {key: copy[key] for key in ("name", "description", "config")} == {
        "name": "proj",
        "description": "text",
        "config": {"proj:stack": {"type": "object"}},
    }


def test_a_lab_has_a_backend_and_a_passphrase_of_its_own(project: Path, state: Path) -> None:
    home, environment = workspace(project, "t", state, "word")
    assert environment["PULUMI_CONFIG_PASSPHRASE"] == "word"
    scheme, _, path = environment["PULUMI_BACKEND_URL"].partition("://")
    assert scheme == "file" and Path(path).is_dir() and home in Path(path).parents
    assert Path(path).stat().st_mode & 0o777 == 0o700


def test_the_values_of_the_stack_file_are_what_they_were(project: Path, state: Path) -> None:
    home, _ = workspace(project, "t", state, "word")
    copy = load(home / "Pulumi.t.yaml")
    assert copy == yaml.safe_load(STACK)
    labels = copy["config"]["proj:stack"]["labels"]  # type: ignore[index]
    # Written without quotes they would come back as true, 1, 8, None and 1.1.
    assert labels == {"enable-bgp": "true", "number": "1", "octal": "010", "null": "null", "version": "1.10"}


def test_a_date_is_a_text(project: Path, state: Path) -> None:
    (project / "Pulumi.t.yaml").write_text("config:\n  proj:since: 2024-01-01\n")
    home, _ = workspace(project, "t", state, "word")
    assert load(home / "Pulumi.t.yaml") == {"config": {"proj:since": "2024-01-01"}}


def test_the_projects_own_files_are_not_touched(project: Path, state: Path) -> None:
    home, _ = workspace(project, "t", state, "word")
    (home / "Pulumi.t.yaml").write_text("encryptionsalt: v1:salt\n")
    workspace(project, "t", state, "word")
    assert (project / "Pulumi.yaml").read_text() == PROJECT
    assert (project / "Pulumi.t.yaml").read_text() == STACK
    assert sorted(path.name for path in project.iterdir()) == ["Pulumi.t.yaml", "Pulumi.yaml"]


def test_the_salt_that_pulumi_wrote_is_kept_and_the_values_are_new(project: Path, state: Path) -> None:
    home, _ = workspace(project, "t", state, "word")
    (home / "Pulumi.t.yaml").write_text("encryptionsalt: v1:salt\nold: 1\nconfig:\n  proj:old: x\n")
    (project / "Pulumi.t.yaml").write_text("config:\n  proj:new: y\n")
    workspace(project, "t", state, "word")
    assert load(home / "Pulumi.t.yaml") == {"config": {"proj:new": "y"}, "encryptionsalt": "v1:salt"}


def test_without_an_earlier_copy_there_is_no_salt(project: Path, state: Path) -> None:
    home, _ = workspace(project, "t", state, "word")
    assert "encryptionsalt" not in load(home / "Pulumi.t.yaml")


def test_an_empty_stack_file_is_one(project: Path, state: Path) -> None:
    (project / "Pulumi.t.yaml").write_text("")
    home, _ = workspace(project, "t", state, "word")
    assert load(home / "Pulumi.t.yaml") == {}


@pytest.mark.parametrize("name", ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"])
def test_what_the_user_has_set_wins(project: Path, state: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "the user's")
    _, environment = workspace(project, "t", state, "word")
    assert {"PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"} - set(environment) == {name}


def test_a_missing_file_is_named(project: Path, state: Path) -> None:
    (project / "Pulumi.t.yaml").unlink()
    with pytest.raises(StateError, match=r"Pulumi\.t\.yaml: No such file"):
        workspace(project, "t", state, "word")
