"""Cilium's agents and operator go to a newer version, a few at a time, and back again afterwards."""

from __future__ import annotations

from config.errors import EdgeError
from drills.drill import Testbed
from drills.faults import cilium

_AGENTS, _OPERATOR = "daemonset/cilium", "deployment/cilium-operator"
_PATIENCE = "180s"


def upgrade(testbed: Testbed) -> None:
    """To the newer version that the testbed can run; returns when the last agent says that it is that one."""
    newer = testbed.newer_cilium()
    cilium(testbed, "set", "image", _OPERATOR, f"*=quay.io/cilium/operator-generic:v{newer}")
    cilium(testbed, "set", "image", _AGENTS, f"*=quay.io/cilium/cilium:v{newer}")
    _wait(testbed)
    agents = cilium(testbed, "get", "pods", "-l", "k8s-app=cilium", "-o", "name").split()
    for agent in agents:
        said = cilium(testbed, "exec", agent, "-c", "cilium-agent", "--", "cilium-dbg", "version")
        if f"Daemon: {newer} " not in said:
            raise EdgeError(f"{agent}: expected Cilium {newer}, found {said.strip()}")


def back(testbed: Testbed) -> None:
    """What the release says, to the letter."""
    newer = testbed.newer_cilium()
    for what in (_OPERATOR, _AGENTS):
        images = cilium(testbed, "get", what, "-o", "jsonpath={.spec.template.spec.containers[*].image}")
        # What was not upgraded has another revision before this one.
        if f":v{newer}" in images:
            cilium(testbed, "rollout", "undo", what)
    _wait(testbed)


def _wait(testbed: Testbed) -> None:
    for what in (_OPERATOR, _AGENTS):
        cilium(testbed, "rollout", "status", what, f"--timeout={_PATIENCE}")
