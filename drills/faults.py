"""Faults that several drills have, and what heals them."""

from __future__ import annotations

from drills.drill import Testbed


def nothing(testbed: Testbed) -> None:
    """For a fault that heals by itself."""


def cilium(testbed: Testbed, *words: str) -> str:
    """kubectl in the namespace of Cilium."""
    return testbed.kubectl("-n", testbed.stack.cilium.namespace, *words)


def delete_pods(testbed: Testbed, *selection: str) -> None:
    """Delete pods of Cilium's own namespace, and do not wait: what comes back is being watched."""
    cilium(testbed, "delete", "pod", *selection, "--wait=false")


def restart_agents(testbed: Testbed) -> None:
    """Have all Cilium agents started anew, as an upgrade does: a few at a time."""
    cilium(testbed, "rollout", "restart", "daemonset/cilium")


def restart_agent(testbed: Testbed, node: str) -> None:
    """Have the Cilium agent of a node started anew."""
    delete_pods(testbed, "-l", "k8s-app=cilium", f"--field-selector=spec.nodeName={node}")
