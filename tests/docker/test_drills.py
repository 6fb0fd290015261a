"""Drills of containers: Docker pauses them, and their links go silent or down on the engine's side."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import Any

import pytest

from lab.docker.engine import OURS
from tests.docker.conftest import NAME, Containers
from tests.e2e.harness import until

pytestmark = pytest.mark.docker


def held(edge: Containers, *names: str) -> dict[str, Any]:
    """What drills showed, by their names. All of them passed."""
    outcomes = edge.drill(*names, timeout=500)
    assert all(outcome["passed"] for outcome in outcomes), outcomes
    assert f"{NAME}-drill" not in edge.left()
    return {outcome["drill"]: outcome for outcome in outcomes}


def answers(stream: dict[str, Any]) -> set[str]:
    return {span["answer"] for span in stream["spans"] if span["answer"]}


def test_egress_fails_over_when_a_gateway_is_paused(egress: Containers) -> None:
    """The controller runs as Pods from its image, with its own rights; agents are those of a real kubelet."""
    assert egress.verify()["green"]
    for outcome in held(egress, "gateway-frozen", "gateway-cut").values():
        near, far = outcome["streams"]
        # The fault was real: requests were lost until another gateway served.
        assert near["lost"] > 0 and len(answers(near)) == 2
        assert far["lost"] == 0 and len(answers(far)) == 1
    assert not egress.container("kind-worker3").attrs["State"]["Paused"]


def test_a_gateway_boots_and_serves_again(egress: Containers) -> None:
    near, far = held(egress, "gateway-rebooted")["gateway-rebooted"]["streams"]
    assert near["lost"] > 0 and len(answers(near)) == 2 and far["lost"] == 0


def silent_ports() -> list[str]:
    """Ports of the engine's bridges that forward nothing."""
    words = ["nsenter", "--target", str(OURS.pid), "--net", "bridge", "-j", "link"]
    found = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    return [port["ifname"] for port in found if port["state"] != "forwarding"]


@pytest.mark.parametrize("name", ["gateway-frozen", "gateway-flaps"])
def test_a_drill_that_is_ended_heals_what_it_broke(name: str, egress: Containers) -> None:
    """A pipeline that is cancelled sends SIGTERM."""

    def paused() -> bool:
        return bool(egress.container("kind-worker3").attrs["State"]["Paused"])

    process = egress.start("drill", name)
    try:
        until(lambda: bool(silent_ports()), 90, "the gateway is silent")
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130 and "Traceback" not in "".join(said), said
    assert not paused() and silent_ports() == [] and f"{NAME}-drill" not in egress.left()


def test_another_host_takes_the_egress_address(egress: Containers) -> None:
    """An outpost without the right to add an address would fail the drill."""
    held(egress, "address-conflict")


def test_a_leader_that_is_killed_costs_no_gateway(egress: Containers) -> None:
    held(egress, "leader-killed")
