"""Drills of containers: Docker pauses them, and their links go silent or down on the engine's side."""

from __future__ import annotations

import signal
from typing import Any

import pytest

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


def test_a_drill_that_is_ended_heals_what_it_broke(egress: Containers) -> None:
    """A pipeline that is cancelled sends SIGTERM."""

    def paused() -> bool:
        return bool(egress.container("kind-worker3").attrs["State"]["Paused"])

    process = egress.start("drill", "gateway-frozen")
    try:
        until(paused, 90, "the gateway is paused")
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130 and "Traceback" not in "".join(said), said
    assert not paused() and f"{NAME}-drill" not in egress.left()


def test_a_leader_that_is_killed_costs_no_gateway(egress: Containers) -> None:
    held(egress, "leader-killed")
