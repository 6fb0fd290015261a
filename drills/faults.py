"""Faults that several drills share, and their healing."""

from __future__ import annotations

from drills.drill import Testbed


def nothing(testbed: Testbed) -> None:
    """The healing of a fault that heals by itself."""


def cilium(testbed: Testbed, *words: str) -> str:
    """Run kubectl in Cilium's namespace."""
    return testbed.kubectl("-n", testbed.stack.cilium.namespace, *words)


def delete_pods(testbed: Testbed, *selection: str) -> None:
    """Delete pods in Cilium's namespace without waiting: the drill itself watches the return."""
    cilium(testbed, "delete", "pod", *selection, "--wait=false")


def restart_agents(testbed: Testbed) -> None:
    """Restart all Cilium agents, a few at a time, as in an upgrade."""
    cilium(testbed, "rollout", "restart", "daemonset/cilium")


def restart_agent(testbed: Testbed, node: str) -> None:
    """Restart the Cilium agent of a node."""
    delete_pods(testbed, "-l", "k8s-app=cilium", f"--field-selector=spec.nodeName={node}")
