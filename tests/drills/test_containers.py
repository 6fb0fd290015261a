"""Faults on containers: a fault that does nothing is no fault, and what was broken half way is healed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from config.errors import DockerError
from config.load import parse
from drills.containers import _ON_WIRES, ContainerTestbed

PROJECT = Path(__file__).resolve().parents[2]
# Two links on a machine of its own; prints what is up at the end.
_LINKS = """set -eu
ip link add port1 type bridge
ip link add port2 type bridge
ip link set port1 up
ip link set port2 up
FIRST=$(ip -o link show port1 | cut -d: -f1) SECOND=$(ip -o link show port2 | cut -d: -f1)
"""
_SHOWN = "\nip -br link show up | cut -d' ' -f1"


class Recorded(ContainerTestbed):
    """Records the calls of the command `docker`. Every container runs, and has the link 7."""

    def __init__(self, running: str = "true") -> None:
        document = yaml.safe_load((PROJECT / "Pulumi.docker.yaml").read_text())["config"]["cilium-edge:stack"]
        super().__init__("docker", parse(document, "docker"))
        self.running = running
        self.calls: list[str] = []

    def _docker(self, *words: str, stdin: str | None = None) -> str:
        shown = " ".join(words)
        self.calls.append("silence" if "state 0" in shown else "unsilence" if "state 3" in shown else words[0])
        if words[0] == "ps":
            return ""
        if words[0] == "kill":
            raise DockerError("docker kill: no")
        return self.running if words[0] == "container" else "7"


def on_wires(indexes: str) -> subprocess.CompletedProcess[str]:
    script = _ON_WIRES.format(indexes=indexes, act='ip link set "$name" down')
    command = ["unshare", "--net", "sh", "-c", f"{_LINKS}({script})\n{_SHOWN}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@needs_root
def test_a_fault_acts_on_each_link_and_on_no_other() -> None:
    assert on_wires("$SECOND").stdout.split() == ["port1"]
    assert on_wires("$FIRST $SECOND").stdout.split() == []


@needs_root
def test_a_fault_that_finds_no_link_fails() -> None:
    done = on_wires("$FIRST 4242")
    assert done.returncode != 0 and "no link with index 4242" in done.stderr


@needs_root
def test_a_fault_that_may_not_act_fails() -> None:
    script = _ON_WIRES.format(indexes="$FIRST", act="false")
    command = ["unshare", "--net", "sh", "-c", _LINKS + script]
    assert subprocess.run(command, capture_output=True, timeout=20, check=False).returncode != 0


def test_a_host_without_links_cannot_be_silenced(monkeypatch: pytest.MonkeyPatch) -> None:
    testbed = Recorded()
    monkeypatch.setattr(testbed, "run", lambda host, script: "")
    with pytest.raises(DockerError, match="cilium-w1: no link"):
        testbed.silence("cilium-w1")


def test_a_node_that_was_not_killed_gets_its_links_back() -> None:
    testbed = Recorded()
    with pytest.raises(DockerError, match="docker kill"):
        testbed.power_off("cilium-w1")
    testbed.power_on("cilium-w1")
    assert [call for call in testbed.calls if "silence" in call or call in ("kill", "start")] == [
        "silence",
        "kill",
        "unsilence",
        "start",
    ]


def test_a_node_without_power_has_no_links_to_mend() -> None:
    testbed = Recorded(running="false")
    testbed.power_on("cilium-w1")
    assert "unsilence" not in testbed.calls and "start" in testbed.calls


def test_a_command_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "docker"
    fake.write_text("#!/bin/sh\nexec sleep 20\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("drills.containers._SECONDS", 0.2)
    testbed = ContainerTestbed("docker", Recorded().stack)
    with pytest.raises(DockerError, match="docker exec: no answer within"):
        testbed.run("cilium-w1", "true")
