"""Asking an Ingress, and what verify says of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.harness import Edge

SHARED, DEDICATED = "192.168.10.211", "192.168.10.212"
TO_WEBPOD = ("-k", "--resolve", f"webpod.example:443:{DEDICATED}", "https://webpod.example/")


def ask(edge: Edge, host: str, *words: str) -> tuple[int, str]:
    """Status (0: no answer) and body of a request from a host."""
    command = ["curl", "-s", "--connect-timeout", "2", "--max-time", "8", "-w", "\\n%{http_code}", *words]
    done = edge.inside(host, *command, ok=False)
    body, _, status = done.stdout.rpartition("\n")
    return int(status or 0), body


def code(edge: Edge, host: str, *words: str) -> int:
    return ask(edge, host, *words)[0]


def causes(edge: Edge, check: str | None = None) -> dict[str, str]:
    """Subject -> cause of what is not green."""
    found = edge.look()["verdicts"]
    return {v["subject"]: v["cause"] for v in found if v["color"] != "green" and check in (None, v["check"])}


def told(edge: Edge, subject: str, words: str, seconds: float = 60) -> None:
    """Wait until verify says so of the subject: agents and Envoys follow what was changed, each in its time."""
    deadline = time.monotonic() + seconds
    while words not in (found := causes(edge)).get(subject, ""):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {subject}: {words}; verify said {found}"


def applied(edge: Edge, manifest: Any) -> None:
    edge.kubectl("apply", "-f", "-", stdin=json.dumps(manifest))


@contextmanager
def fresh(directory: Path, edit: Callable[[Any], None]) -> Iterator[Edge]:
    """A lab of its own, deployed with a changed stack: agents that start again on a running one can leave an L2
    address with two nodes that answer, for minutes."""
    edge = Edge(directory, "ingress")
    edge.change(edit)
    try:
        edge.run("up", timeout=500)
        yield edge
    finally:
        edge.run("down", ok=False)


@contextmanager
def by_hand(edge: Edge, manifest: Any) -> Iterator[None]:
    """An object that nobody declared, while it lasts."""
    applied(edge, manifest)
    try:
        yield
    finally:
        name, space = manifest["metadata"]["name"], manifest["metadata"].get("namespace", "default")
        edge.kubectl("-n", space, "delete", manifest["kind"], name, "--wait=true")


def policy(name: str, selector: Any, **rules: Any) -> dict[str, Any]:
    return {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumClusterwideNetworkPolicy",
        "metadata": {"name": name},
        "spec": {"endpointSelector": selector, **rules},
    }
