"""`edge lab exec` enters the process of a container, and no process of the same number on another machine."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from cli.context import StackContext
from cli.inside import command_in
from config.errors import LabError
from tests.engine.project import REPOSITORY

pytestmark = pytest.mark.lab

# What a client of an engine on another machine sees: the number is that of a process which has nothing to do with it.
ELSEWHERE = """
import subprocess, sys
from pathlib import Path
from cli.context import StackContext
from cli.inside import command_in
from config.errors import EdgeError
pid = int(sys.argv[1])
if pid:
    Path("/proc/sys/kernel/ns_last_pid").write_text(str(pid - 1))
    stranger = subprocess.Popen(["sleep", "60"])
    assert stranger.pid == pid, (stranger.pid, pid)
try:
    print(command_in(StackContext("docker"), "cilium-r", ["vtysh", "-c", "show bgp"]))
except EdgeError as error:
    print(error)
"""


@pytest.fixture
def box(docker: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A container in the place of the router of the stack docker."""
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("EDGE_ENGINE", "builtin")
    made = docker.containers.run("tiny:1", ["stay"], name="docker-cilium-r", detach=True, hostname="cilium-r")
    made.reload()
    return made


def enter() -> list[str]:
    return command_in(StackContext("docker"), "cilium-r", ["/tiny", "there", "/tiny"])


@pytest.mark.parametrize("groups", ["private", "host"])
def test_the_command_runs_in_the_container_with_its_exit_status(box: Any, docker: Any, groups: str) -> None:
    box.remove(force=True)
    docker.containers.run("tiny:1", ["stay"], name="docker-cilium-r", detach=True, cgroupns=groups)
    assert subprocess.run(enter(), check=False).returncode == 0
    absent = command_in(StackContext("docker"), "cilium-r", ["/tiny", "there", "/nowhere"])
    assert subprocess.run(absent, check=False, stdout=subprocess.DEVNULL).returncode == 1


@pytest.mark.parametrize("taken", [False, True])
def test_a_process_of_another_machine_is_not_entered(box: Any, taken: bool) -> None:
    words = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable, "-c", ELSEWHERE]
    pid = box.attrs["State"]["Pid"] if taken else 0
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    said = subprocess.check_output([*words, str(pid)], cwd=REPOSITORY, env=env, text=True)
    assert said.startswith("container docker-cilium-r: expected its process on this machine, got an engine whose")
    assert said.endswith("; run: docker exec -it docker-cilium-r vtysh -c 'show bgp'\n"), said


def test_a_container_that_does_not_run_is_told(box: Any) -> None:
    box.kill()
    with pytest.raises(LabError, match="container docker-cilium-r: exited; edge up --refresh -s docker starts it"):
        enter()
