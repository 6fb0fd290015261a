"""Signals that end a command as Ctrl-C does."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
# A command that heals what it broke, and says so.
_COMMAND = """
import signal, time
# The tests themselves may run in the background.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
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


def said(before: str, number: signal.Signals, times: int = 1) -> list[str]:
    """The lines of a command that gets a signal after its first line, and is killed two seconds later."""
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND.format(before=before)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    first = process.stdout.readline().strip()
    for _ in range(times):
        process.send_signal(number)
        time.sleep(0.2)
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


def test_the_pulumi_cli_is_asked_to_end(tmp_path: Path) -> None:
    """It ends its running steps; the command goes on until the CLI has ended."""
    fake = tmp_path / "pulumi"
    fake.write_text("#!/bin/sh\ntrap 'echo cancelled; exit 0' INT\necho up\nfor i in $(seq 100); do sleep 0.1; done\n")
    fake.chmod(0o755)
    # A background process ignores SIGINT.
    program = f"""
import signal, subprocess
from cli.signals import end_as_ctrl_c
signal.signal(signal.SIGINT, signal.default_int_handler)
end_as_ctrl_c()
print(subprocess.run([{str(fake)!r}], check=False).returncode, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read().split() == ["cancelled", "0"]


def test_a_second_hangup_is_the_first_ones_echo() -> None:
    """The shell and the kernel both send it."""
    before = 'signal.signal(signal.SIGINT, lambda *words: print("stopping", flush=True))'
    assert said(before, signal.SIGHUP, times=2) == ["broken", "stopping"]
