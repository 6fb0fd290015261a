"""Faults, and ways back, that several drills have."""

from __future__ import annotations

from drills.drill import Ground


def nothing(ground: Ground) -> None:
    """It heals by itself."""


def cilium(ground: Ground, *words: str) -> str:
    """kubectl in the namespace of Cilium."""
    return ground.kubectl("-n", ground.stack.cilium.namespace, *words)


def delete_pods(ground: Ground, *selection: str) -> None:
    """Delete pods of Cilium's own namespace, and do not wait: what comes back is being watched."""
    cilium(ground, "delete", "pod", *selection, "--wait=false")


def restart_agents(ground: Ground) -> None:
    """Have all Cilium agents started anew, as an upgrade does: a few at a time."""
    cilium(ground, "rollout", "restart", "daemonset/cilium")


def restart_agent(ground: Ground, node: str) -> None:
    """Have the Cilium agent of a node started anew."""
    delete_pods(ground, "-l", "k8s-app=cilium", f"--field-selector=spec.nodeName={node}")
