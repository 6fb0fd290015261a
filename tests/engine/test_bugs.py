"""Providers that fail in a way that nobody has foreseen."""

from __future__ import annotations

from typing import Any

import pytest

from config.errors import DeploymentFailed, EdgeError
from engine.bugs import as_failure
from engine.providers.command import CommandProvider
from engine.values import Secret
from tests.engine.project import Project, fates

PROGRAM = """
slow = command("slow", create=f"touch {ROOT}/slow-began; " + HOLD + "; " + log("create slow"))
command("a", stdin=Output.secret("moon light"))
command("after", ResourceOptions(depends_on=[slow]))
"""
SAID = "Command a: this is a bug: RuntimeError: no [secret] here (tests/engine/test_bugs.py:"


def failing(monkeypatch: pytest.MonkeyPatch, method: str, before: Any = None) -> None:
    """A provider whose method fails for the command `a`, after `before`."""
    real = getattr(CommandProvider, method)

    def fail(self: CommandProvider, kind: str, *arguments: Any) -> Any:
        if "moon light" in repr(arguments):
            if before is not None:
                before()
            raise RuntimeError("no moon light here")
        return real(self, kind, *arguments)

    monkeypatch.setattr(CommandProvider, method, fail)


@pytest.fixture
def held(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A create that fails once another step runs, which is let go on then."""
    (project.root / "hold").touch()

    def wait() -> None:
        from tests.engine.project import until

        until((project.root / "slow-began").exists)
        (project.root / "hold").unlink()

    failing(monkeypatch, "create", wait)
    return project


def test_a_create_that_fails_is_one_line_and_other_steps_end(held: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    held.write(PROGRAM)
    with pytest.raises(DeploymentFailed) as caught:
        held.engine.up()
    [line] = caught.value.failures
    assert line.startswith(SAID) and "the next run goes on" in line and caught.value.exit_code != 0
    assert held.log == ["create slow"] and held.names() == ["slow"]
    assert [one["type"] for one in held.pending()] == ["creating"]
    monkeypatch.undo()
    assert fates(held.engine.up()) == {"slow": "same", "a": "create", "after": "create"}


@pytest.mark.parametrize(
    ("method", "program"),
    [
        ("update", PROGRAM.replace("slow-began", "other").replace('secret("moon', 'secret("new moon')),
        ("diff", PROGRAM.replace('secret("moon', 'secret("new moon')),
        ("delete", ""),
    ],
)
def test_every_other_step_fails_in_one_line_too(
    project: Project, monkeypatch: pytest.MonkeyPatch, method: str, program: str
) -> None:
    project.up(PROGRAM)
    before = project.names()
    failing(monkeypatch, method)
    said = project.fails(program)
    assert "this is a bug: RuntimeError" in said and "moon light" not in said and "\n" not in said
    assert "a: this is a bug" in said and "tests/engine/test_bugs.py" in said
    assert "a" in project.names() and (method == "delete" or project.names() == before)


def test_a_refresh_names_the_resource_and_looks_at_the_others(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.up(PROGRAM)
    failing(monkeypatch, "read")
    with pytest.raises(DeploymentFailed) as caught:
        project.engine.refresh()
    [line] = caught.value.failures
    assert line.startswith(SAID)


def test_a_file_that_is_missing_is_no_bug() -> None:
    assert (
        str(as_failure(FileNotFoundError(2, "No such file or directory", "/x"), [])) == "No such file or directory: /x"
    )
    error = EdgeError("as it is")
    assert as_failure(error) is error


def test_no_secret_is_told() -> None:
    inputs = {"a": Secret({"b": ["some words", 4711]}), "c": [Secret("first\nsecond")]}
    said = str(as_failure(ValueError("4711 some words first second, second first"), [inputs]))
    assert said.startswith("this is a bug: ValueError: [secret] [secret] [secret], [secret] [secret] (no traceback)")
    assert "4711" not in str(as_failure(ValueError("4711")))
