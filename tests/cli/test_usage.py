"""What the command line calls itself: users type `edge`, and shall be able to type what they are shown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EDGE = Path(__file__).resolve().parents[2] / "edge"


def test_usage_and_hints_speak_of_edge() -> None:
    shown = subprocess.run([EDGE, "lab", "up", "--help"], capture_output=True, text=True, check=True).stdout
    assert shown.startswith("Usage: edge lab up [OPTIONS]")
    wrong = subprocess.run([EDGE, "drill", "--nothing"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 1 and "Try 'edge drill --help' for help." in wrong.stderr


def test_an_environment_without_the_packages_is_said_in_one_line(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    words = [str(tmp_path / "venv/bin/python"), "-m", "cli", "plan"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=EDGE.parent)
    assert done.returncode == 1 and done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("edge: ") and line.endswith("run: make setup, or pulumi install")


def test_what_pulumi_installs_is_what_the_program_needs() -> None:
    """`pulumi install` reads the file of that name beside Pulumi.yaml."""
    lines = (EDGE.parent / "requirements.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["-r requirements/base.txt"]
