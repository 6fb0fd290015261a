"""Upgrades Cilium's agents and operator to a newer version, a few at a time, and back again afterwards."""

from __future__ import annotations

from config.errors import EdgeError
from drills.drill import Testbed
from drills.faults import cilium

_AGENTS, _OPERATOR = "daemonset/cilium", "deployment/cilium-operator"
_ROLLOUT_TIMEOUT = "180s"


def upgrade(testbed: Testbed) -> None:
    """Upgrade to the testbed's newer version; returns when the last agent reports that version."""
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
    """Restore the exact manifests of the release."""
    newer = testbed.newer_cilium()
    for what in (_OPERATOR, _AGENTS):
        images = cilium(testbed, "get", what, "-o", "jsonpath={.spec.template.spec.containers[*].image}")
        # Without an upgrade, the previous revision is older than the release.
        if f":v{newer}" in images:
            cilium(testbed, "rollout", "undo", what)
    _wait(testbed)


def _wait(testbed: Testbed) -> None:
    for what in (_OPERATOR, _AGENTS):
        cilium(testbed, "rollout", "status", what, f"--timeout={_ROLLOUT_TIMEOUT}")
