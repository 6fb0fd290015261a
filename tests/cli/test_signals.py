"""Signals that end a command as Ctrl-C does."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
# A command that heals what it broke, and says so.
_COMMAND = """
import signal, time
{before}
from cli.signals import end_as_ctrl_c
end_as_ctrl_c()
try:
    print("broken", flush=True)
    time.sleep(20)
except KeyboardInterrupt:
    print("ended", flush=True)
finally:
    print("healed", flush=True)
"""


def said(before: str, number: signal.Signals) -> list[str]:
    """The lines of a command that gets a signal after its first line, and is killed two seconds later."""
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND.format(before=before)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    first = process.stdout.readline().strip()
    process.send_signal(number)
    try:
        rest = process.communicate(timeout=2)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        rest = process.communicate()[0]
    return [first, *rest.split()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_what_was_broken_is_healed_whatever_signal_ends_the_command(number: signal.Signals) -> None:
    assert said("", number) == ["broken", "ended", "healed"]


def test_a_command_in_the_background_ends_too() -> None:
    """A shell ignores SIGINT for commands in the background."""
    assert said("signal.signal(signal.SIGINT, signal.SIG_IGN)", signal.SIGTERM) == ["broken", "ended", "healed"]


def test_a_signal_that_the_caller_ignores_stays_ignored() -> None:
    assert said("signal.signal(signal.SIGHUP, signal.SIG_IGN)", signal.SIGHUP) == ["broken"]


def test_the_handler_of_a_run_gets_the_signal() -> None:
    """The first signal of `edge up` lets running steps end."""
    before = 'signal.signal(signal.SIGINT, lambda *words: print("stopping", flush=True))'
    assert said(before, signal.SIGTERM) == ["broken", "stopping"]
