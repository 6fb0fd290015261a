"""Cilium's agents and operator go to a newer version, a few at a time, and back again afterwards."""

from __future__ import annotations

from config.errors import EdgeError
from drills.acts import cilium
from drills.drill import Ground

_AGENTS, _OPERATOR = "daemonset/cilium", "deployment/cilium-operator"
_PATIENCE = "180s"


def upgrade(ground: Ground) -> None:
    """To the newer version that the ground can run; returns when the last agent says that it is that one."""
    newer = ground.newer_cilium()
    cilium(ground, "set", "image", _OPERATOR, f"*=quay.io/cilium/operator-generic:v{newer}")
    cilium(ground, "set", "image", _AGENTS, f"*=quay.io/cilium/cilium:v{newer}")
    _wait(ground)
    agents = cilium(ground, "get", "pods", "-l", "k8s-app=cilium", "-o", "name").split()
    for agent in agents:
        said = cilium(ground, "exec", agent, "-c", "cilium-agent", "--", "cilium-dbg", "version")
        if f"Daemon: {newer} " not in said:
            raise EdgeError(f"{agent}: expected Cilium {newer}, found {said.strip()}")


def back(ground: Ground) -> None:
    """What the release says, to the letter."""
    newer = ground.newer_cilium()
    for what in (_OPERATOR, _AGENTS):
        images = cilium(ground, "get", what, "-o", "jsonpath={.spec.template.spec.containers[*].image}")
        # What was not upgraded has another revision before this one.
        if f":v{newer}" in images:
            cilium(ground, "rollout", "undo", what)
    _wait(ground)


def _wait(ground: Ground) -> None:
    for what in (_OPERATOR, _AGENTS):
        cilium(ground, "rollout", "status", what, f"--timeout={_PATIENCE}")
