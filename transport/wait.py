"""Waits for a cluster, as a command. Standard input has the kubeconfig; by default, kubectl's own is used.

    python -m transport.wait --seconds=300 crds NAME...
    python -m transport.wait --seconds=300 agents NAMESPACE

Exit status 0 when the condition holds; 1 at the deadline, with one line about what is missing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from config.errors import ApiError, EdgeError
from transport.kube import Kube


def main(arguments: list[str]) -> int:
    """Run the command line."""
    seconds = float(arguments[0].removeprefix("--seconds="))
    what, *names = arguments[1:]
    try:
        kubeconfig = sys.stdin.read()
        kube = Kube(kubeconfig) if kubeconfig.strip() else Kube.ambient()
        check = _crds(kube, names) if what == "crds" else _agents(kube, names[0])
        missing = _wait(check, seconds)
    except EdgeError as error:
        missing = str(error)
    if missing:
        print(f"{missing} (waited {seconds:.0f} s)", file=sys.stderr)
        return 1
    print(f"{what}: {' '.join(names)}")
    return 0


def _wait(missing: Callable[[], str], seconds: float) -> str:
    deadline = time.monotonic() + seconds
    while True:
        try:
            what = missing()
        except ApiError as error:
            # The API server may be restarting: wait for it, too.
            what = str(error)
        if not what or time.monotonic() > deadline:
            return what
        time.sleep(0.2)


def _crds(kube: Kube, names: list[str]) -> Callable[[], str]:
    def missing() -> str:
        there = {
            item["metadata"]["name"]
            for item in kube.find("apiextensions.k8s.io/v1", "CustomResourceDefinition")
            if any(
                c["type"] == "Established" and c["status"] == "True"
                for c in (item.get("status") or {}).get("conditions") or []
            )
        }
        absent = [name for name in names if name not in there]
        if not absent:
            return ""
        ours = any(name.endswith(".cilium.io") for name in absent)
        what = (
            "is the Cilium operator running?"
            if ours
            else ("install the CRDs of the release that this Cilium supports, then run again")
        )
        return f"CRDs not Established: {', '.join(absent)}; {what}"

    return missing


def _agents(kube: Kube, namespace: str) -> Callable[[], str]:
    def missing() -> str:
        found = kube.get("apps/v1", "DaemonSet", "cilium", namespace)
        if found is None:
            return f"DaemonSet cilium is not in namespace {namespace}"
        status = found.get("status") or {}
        current = status.get("observedGeneration", 0) >= found["metadata"]["generation"]
        wanted, updated = status.get("desiredNumberScheduled", 0), status.get("updatedNumberScheduled", 0)
        if current and wanted and status.get("numberReady", 0) >= wanted and updated >= wanted:
            return ""
        return f"no ready Cilium agent on {_where(kube, namespace)}"

    return missing


def _where(kube: Kube, namespace: str) -> str:
    ready = set()
    reasons = {}
    for pod in kube.find("v1", "Pod", namespace, "k8s-app=cilium"):
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
    nodes = [node["metadata"]["name"] for node in kube.find("v1", "Node")]
    late = [node for node in nodes if node not in ready] or ["a node"]
    return ", ".join(f"{node} ({reasons[node]})" if node in reasons else node for node in late)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
