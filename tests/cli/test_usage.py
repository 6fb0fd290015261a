"""What the command line calls itself: users type `edge`, and shall be able to type what they are shown."""

from __future__ import annotations

import subprocess
from pathlib import Path

EDGE = Path(__file__).resolve().parents[2] / "edge"


def test_usage_and_hints_speak_of_edge() -> None:
    shown = subprocess.run([EDGE, "lab", "up", "--help"], capture_output=True, text=True, check=True).stdout
    assert shown.startswith("Usage: edge lab up [OPTIONS]")
    wrong = subprocess.run([EDGE, "drill", "--nothing"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 1 and "Try 'edge drill --help' for help." in wrong.stderr
