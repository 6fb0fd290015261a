"""Waits for a cluster, as a command. Standard input has the kubeconfig; by default, kubectl's own is used.

    python -m transport.wait --seconds=300 crds NAME...
    python -m transport.wait --seconds=300 agents NAMESPACE

Exit status 0 when the condition holds; 1 at the deadline, with one line about what is missing.
"""

from __future__ import annotations

import sys
import time
from typing import Any, Protocol

from config.errors import ApiError, EdgeError
from transport.kube import Kube
from transport.pauses import pause


class Condition(Protocol):
    """What is waited for. `holds` is asked many times, and therefore cheap; `missing` is asked once."""

    def holds(self) -> bool: ...

    def missing(self) -> str: ...


class Crds:
    """All CustomResourceDefinitions of these names are Established."""

    def __init__(self, kube: Kube, names: list[str]) -> None:
        self._kube, self._absent = kube, list(names)

    def holds(self) -> bool:
        # One object a time: a list of all CRDs has megabytes of schemas.
        while self._absent and self._established(self._absent[0]):
            self._absent.pop(0)
        return not self._absent

    def missing(self) -> str:
        absent = [name for name in self._absent if not self._established(name)] or self._absent
        ours = any(name.endswith(".cilium.io") for name in absent)
        what = (
            "is the Cilium operator running?"
            if ours
            else ("install the CRDs of the release that this Cilium supports, then run again")
        )
        return f"CRDs not Established: {', '.join(absent)}; {what}"

    def _established(self, name: str) -> bool:
        found = self._kube.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", name) or {}
        conditions = (found.get("status") or {}).get("conditions") or []
        return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)


class Agents:
    """The Cilium agent of this release is ready on every node."""

    def __init__(self, kube: Kube, namespace: str) -> None:
        self._kube, self._namespace = kube, namespace

    def holds(self) -> bool:
        found = self._daemonset()
        if found is None:
            return False
        status = found.get("status") or {}
        current = status.get("observedGeneration", 0) >= found["metadata"]["generation"]
        wanted, updated = status.get("desiredNumberScheduled", 0), status.get("updatedNumberScheduled", 0)
        return bool(current and wanted and status.get("numberReady", 0) >= wanted and updated >= wanted)

    def missing(self) -> str:
        if self._daemonset() is None:
            return f"DaemonSet cilium is not in namespace {self._namespace}"
        return f"no ready Cilium agent on {self._where()}"

    def _daemonset(self) -> dict[str, Any] | None:
        return self._kube.get("apps/v1", "DaemonSet", "cilium", self._namespace)

    def _where(self) -> str:
        ready = set()
        reasons = {}
        for pod in self._kube.find("v1", "Pod", self._namespace, "k8s-app=cilium"):
            node, status = pod["spec"].get("nodeName", ""), pod.get("status") or {}
            if pod["metadata"].get("deletionTimestamp"):
                reasons[node] = f"{pod['metadata']['name']} does not end"
            elif any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions") or []):
                ready.add(node)
            for one in status.get("containerStatuses") or []:
                waiting = (one.get("state") or {}).get("waiting") or {}
                if waiting.get("message"):
                    reasons[node] = waiting["message"]
                elif one.get("restartCount"):
                    reasons[node] = f"restarted {one['restartCount']} times; kubectl logs {pod['metadata']['name']}"
        nodes = [node["metadata"]["name"] for node in self._kube.find("v1", "Node")]
        late = [node for node in nodes if node not in ready] or ["a node"]
        return ", ".join(f"{node} ({reasons[node]})" if node in reasons else node for node in late)


def main(arguments: list[str]) -> int:
    """Run the command line."""
    seconds = float(arguments[0].removeprefix("--seconds="))
    what, *names = arguments[1:]
    try:
        kubeconfig = sys.stdin.read()
        kube = Kube(kubeconfig) if kubeconfig.strip() else Kube.ambient()
        condition: Condition = Crds(kube, names) if what == "crds" else Agents(kube, names[0])
        missing = wait(condition, seconds)
    except EdgeError as error:
        missing = str(error)
    if missing:
        print(f"{missing} (waited {seconds:.0f} s)", file=sys.stderr)
        return 1
    print(f"{what}: {' '.join(names)}")
    return 0


def wait(condition: Condition, seconds: float) -> str:
    """What is missing at the deadline; empty if the condition holds in time."""
    began = time.monotonic()
    while True:
        try:
            if condition.holds():
                return ""
            if time.monotonic() - began > seconds:
                return condition.missing()
        except ApiError as error:
            # The API server may be restarting: wait for it, too.
            if time.monotonic() - began > seconds:
                return str(error)
        pause(began)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
