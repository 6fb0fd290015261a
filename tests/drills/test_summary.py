"""What is written of drills, and that nothing of it is lost when a later one cannot be held."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import drill as command
from cli.app import app
from config.errors import EdgeError
from drills import run
from drills.run import Outcome
from drills.summary import markdown
from drills.timeline import parsed
from tests.drills.test_run import drill, stack

HEAD = (
    "| drill | fault | stream | black-out, s | foreseen, s | promised, s | lost | lost on return | requests |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
)


def held(*lost: float, back: float | None = 0.5, failures: tuple[str, ...] = ()) -> Outcome:
    """Requests every 0.1 s until 1 s after the fault, some of them lost; healed after 0.5 s."""
    item = drill(limit=1.5, back=back)
    lines = "\n".join(f"{100 + n / 10} {'-' if n / 10 in lost else 'a'}" for n in range(11))
    timeline = parsed("s", lines, 100.0, 0.1)
    assert timeline.lost == len(lost)
    return Outcome(item, 0.5, 0.7, [(item.streams(stack("egress"))[0], timeline)], list(failures))


def test_one_drill_is_one_row() -> None:
    assert markdown([held(0.1, 0.2, 0.8)]) == HEAD + "| d | about | s | 0.2 |  | 1.5 | 3 | 1 | 11 |\n"


def test_of_a_drill_that_was_held_more_than_once_there_are_the_median_and_the_range() -> None:
    rows = markdown([held(0.1), held(0.1, 0.2, 0.3), held(0.1, 0.2, failures=("it was slow",))]).removeprefix(HEAD)
    assert rows == (
        "| d (failed) | about | s | 0.2 (0.1 to 0.3, 3 times) |  | 1.5 | 2 (1 to 3, 3 times)"
        " | 0 (0 to 0, 3 times) | 11 |\n"
    )


def test_what_was_held_is_kept_when_the_next_one_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = [held(0.1), held(0.1, 0.2)]

    def hold(*_: object) -> Outcome:
        if not waiting:
            raise EdgeError("d: the stack is not well")
        return waiting.pop(0)

    monkeypatch.setattr(run, "hold", hold)
    monkeypatch.setattr(command, "need_root", lambda: None)
    words = ["drill", "-s", "egress", "gateway-agent-restart", "--repeat=3", "--json", f"--output={tmp_path}"]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, EdgeError)
    assert [one["streams"][0]["lost"] for one in json.loads(done.stdout)] == [1, 2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d-2.json", "d-2.svg", "d.json", "d.svg", "summary.md"]
    assert "(0.1 to 0.2, 2 times)" in (tmp_path / "summary.md").read_text()
