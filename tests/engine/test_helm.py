"""How the helm command is run: what a cut-off run leaves behind, and what another one has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.errors import ApiError
from engine.providers import helm
from engine.providers.base import Context

PROJECT = Path(__file__).resolve().parents[2]
_RUN = """
import subprocess
from engine.providers.helm import _with_its_parent
child = subprocess.Popen([*_with_its_parent(), "sleep", "60"], start_new_session=True)
print(child.pid, flush=True)
child.wait()
"""


def ended(pid: int) -> bool:
    """Gone, or a zombie that nobody has asked for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 15
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_helm_ends_with_the_run_that_was_killed() -> None:
    run = subprocess.Popen([sys.executable, "-c", _RUN], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    child = int(run.stdout.readline())
    assert eventually(lambda: Path(f"/proc/{child}/comm").read_text() == "sleep\n"), "it is bound before it runs"
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert eventually(lambda: ended(child)), "it goes on beside the next run"


@pytest.mark.parametrize("there", [True, False])
def test_an_uninstall_that_another_helm_ended_is_none_that_failed(
    there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "helm"
    status = "echo '{}'" if there else "echo 'Error: release: not found' >&2; exit 1"
    failed = "echo 'Error: Failed to purge: not found' >&2; exit 1"
    program.write_text(f"#!/bin/sh\ncase $1 in status) {status} ;; *) {failed} ;; esac\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    context = Context({"kubeconfig": ""}, 5)
    if there:
        with pytest.raises(ApiError, match="Failed to purge"):
            helm._uninstall({"name": "cilium"}, context)
    else:
        helm._uninstall({"name": "cilium"}, context)
