"""Healing comes to its end, whatever signals arrive meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab.host import Host

PROJECT = Path(__file__).resolve().parents[2]
_HEALING = """
import subprocess, time
from drills.uninterrupted import uninterrupted
try:
    with uninterrupted():
        print("healing", flush=True)
        daemon = subprocess.Popen(["sleep", "20"], process_group=0)
        time.sleep(1)
        print("healed", flush=True)
    print("not reached", flush=True)
except KeyboardInterrupt:
    print("ended", flush=True)
# What the healing has started takes signals as usual.
daemon.terminate()
print(daemon.wait(5), flush=True)
"""


def test_healing_is_not_interrupted() -> None:
    command = [sys.executable, "-c", "import signal; signal.signal(2, signal.default_int_handler)\n" + _HEALING]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "healing\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read().split() == ["healed", "ended", str(-signal.SIGTERM)]


def test_nothing_changes_without_a_signal() -> None:
    from drills.uninterrupted import uninterrupted

    before = signal.getsignal(signal.SIGTERM)
    with uninterrupted():
        pass
    assert signal.getsignal(signal.SIGTERM) is before


def test_ctrl_c_does_not_reach_the_commands_of_a_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal sends it to the group of the processes in front."""
    monkeypatch.setattr(Host, "command", lambda self, argv, net_only=False: list(argv))
    found = Host("dev", "cilium-r").run(["sh", "-c", "ps -o pgid= -p $$"]).strip()
    assert found and int(found) != os.getpgrp()
