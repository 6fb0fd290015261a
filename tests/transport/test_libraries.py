"""Threads that need different libraries for the first time, at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
# Both libraries need requests, and enter it at different modules: without a lock, every other run fails.
PROGRAM = """
import sys, threading
sys.setswitchinterval(1e-6)
from config.errors import ApiError, DockerError
from transport import docker, kube_client

def ask(what, error):
    barrier.wait()
    try:
        what()
    except error:
        pass

KUBECONFIG = "{apiVersion: v1, kind: Config}"
calls = [
    (lambda: kube_client.from_kubeconfig(KUBECONFIG), ApiError),
    (lambda: docker.connect("unix:///nowhere.sock"), DockerError),
] * 4
barrier = threading.Barrier(len(calls))
threads = [threading.Thread(target=ask, args=call) for call in calls]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(20)
assert not any(thread.is_alive() for thread in threads), "a thread hangs"
"""


@pytest.mark.parametrize("run", range(3))
def test_no_thread_meets_a_half_loaded_module(run: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
