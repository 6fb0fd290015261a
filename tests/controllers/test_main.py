"""The process as a whole: it runs with all of its threads, or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# The program as it is started, but for the API that it talks to, and a watch that meets what nobody thought of.
_ONE_THREAD_FAILS = """
from controllers.egress_ha import __main__ as program
from controllers.egress_ha.gateway.process import GatewayProcess
from controllers.egress_ha.protocol.informer import Informer
from tests.controllers.fake_kube import FakeKube

def follow(self):
    raise KeyError("resourceVersion")

program.Kube.in_cluster = lambda timeout: FakeKube().client()
Informer._follow = follow
program.main(["node", "--address=192.0.2.1", "--probe-port=42425"])
"""


def test_a_thread_that_fails_takes_the_process_along() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ONE_THREAD_FAILS], cwd=PROJECT, capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "thread watch-EgressGatewayHAPolicy failed, so the process ends" in done.stderr
    assert "KeyError: 'resourceVersion'" in done.stderr


def test_wrong_arguments_are_told_in_one_line() -> None:
    # Without HOST_IP, which Kubernetes gives.
    bare = subprocess.run(
        [sys.executable, "-m", "controllers.egress_ha", "node"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert bare.returncode == 2 and "argument --address: " in bare.stderr.splitlines()[-1]
    words = [
        sys.executable,
        "-m",
        "controllers.egress_ha",
        "node",
        "--address=192.0.2.1",
        "--probe-port=0",
        "--misses=none",
    ]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last.startswith("egress-ha: error: ") and "--probe-port: " in last and "--misses: " in last
