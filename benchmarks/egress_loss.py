"""CPU time of the egress controller after the loss of a gateway, with a real API server.

Hundreds of policies use 50 gateways in three zones, and one gateway stops answering. The benchmark measures the CPU
time of the whole process (decisions, calls, watches) until every policy has moved. The controller reads no pods, so
their number does not matter. The baseline is the same number of writes without a controller.

    .venv/bin/python -m benchmarks.egress_loss [POLICIES ...]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from components.egress.crd import definition
from config.egress import HA_API_VERSION, HA_KIND, EgressHA
from config.labels import ZONE
from controllers.egress_ha.protocol.keys import KeyRing
from controllers.egress_ha.replica.cilium_policies import API, KIND
from controllers.egress_ha.replica.controller import Controller
from tests.e2e.harness import Edge
from transport.kube import Kube
from transport.kube_requests import Object

GATEWAYS, ZONES = 50, ("east", "west", "north")
LABEL = {"bench-gw": "true"}


def main() -> None:
    """Start the hosts of the egress stack, and run a process with access to its API for each size."""
    sizes = sys.argv[1:] or ["125", "250", "500"]
    with tempfile.TemporaryDirectory() as directory:
        edge = Edge(Path(directory) / "project", "egress")
        try:
            edge.run("lab", "up", timeout=300)
            for size in sizes:
                pid = (edge.home / "lab/egress/hosts/mgmt/pid").read_text().split()[0]
                subprocess.run(
                    [
                        "nsenter",
                        "--target",
                        pid,
                        "--net",
                        sys.executable,
                        "-m",
                        "benchmarks.egress_loss",
                        "--worker",
                        str(edge.home / "lab/egress/kubeconfig"),
                        size,
                    ],
                    check=True,
                )
        finally:
            edge.run("down", ok=False)


def worker(kubeconfig: Path, policies: int) -> None:
    """Declare the policies, lose a gateway, and measure."""
    kube = Kube(kubeconfig.read_text())
    _declare(kube, policies)
    controller = Controller(kube, EgressHA(misses=1, recoveries=1), "bench", ip_address("127.0.0.1"), KeyRing())
    for one in (controller._policies, controller._nodes, controller._made, controller._pods, controller._election):
        one.start()
    gateways = [ip_address(f"10.99.0.{n}") for n in range(1, GATEWAYS + 1)]
    caches = (controller._policies, controller._nodes, controller._made)
    while not (controller._election.leading and all(one.synced.is_set() for one in caches)):
        time.sleep(0.1)

    def all_answer() -> None:
        for gateway in gateways:
            controller._views.update_gateway(gateway, True, {})

    _settle(controller, all_answer)
    first = gateways[0]
    cpu, clock, writes = _settle(controller, lambda: controller._views.update_gateway(first, False, None))
    floor = _floor(kube, writes)
    print(
        f"{policies} policies x {GATEWAYS} gateways: {cpu:.2f} s of CPU, {clock:.1f} s of clock, {writes} writes; "
        f"{cpu / floor:.2f}x of the writes alone ({floor:.2f} s)",
        flush=True,
    )


def _settle(controller: Controller, event: Callable[[], object]) -> tuple[float, float, int]:
    """CPU seconds, elapsed seconds, and number of writes, until a round writes nothing."""
    written: list[str] = []
    apply = controller._writer._kube.apply

    def counted(*words: Any, **options: Any) -> Object:
        written.append(words[0]["metadata"]["name"])
        return apply(*words, **options)

    controller._writer._kube.apply = counted  # type: ignore[method-assign]
    cpu, clock, before = time.process_time(), time.monotonic(), -1
    event()
    try:
        while before != len(written):
            before = len(written)
            controller._reconcile()
            time.sleep(0.2)
    finally:
        controller._writer._kube.apply = apply  # type: ignore[method-assign]
    return time.process_time() - cpu, time.monotonic() - clock, len(written)


def _floor(kube: Kube, writes: int) -> float:
    """CPU seconds of as many writes to one object, without decisions and watches."""
    item = kube.find(API, KIND)[0]
    plain = {"apiVersion": API, "kind": KIND, "metadata": {"name": "floor"}, "spec": item["spec"]}
    began = time.process_time()
    for _ in range(writes):
        kube.apply(plain, manager="bench")
    spent = time.process_time() - began
    kube.delete(API, KIND, "floor")
    return spent


def _declare(kube: Kube, policies: int) -> None:
    kube.apply(definition(), manager="bench")
    kube.apply(_open_kind(), manager="bench")
    while not (kube.get(HA_API_VERSION, HA_KIND, "none") is None and _served(kube)):
        time.sleep(0.2)
    for number in range(1, GATEWAYS + 1):
        labels = {**LABEL, ZONE: ZONES[number % len(ZONES)]}
        kube.apply(
            {"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"gw-{number}", "labels": labels}},
            manager="bench",
        )
        status = {"addresses": [{"type": "InternalIP", "address": f"10.99.0.{number}"}]}
        kube.apply(
            {"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"gw-{number}"}, "status": status},
            manager="bench",
            subresource="status",
        )
    for number in range(policies):
        spec = {
            "selectors": [{"podSelector": {"matchLabels": {"app": f"app-{number}"}}}],
            "destinationCIDRs": ["203.0.113.0/24"],
            "azAffinity": "localOnlyFirst",
            "egressGroups": [{"nodeSelector": {"matchLabels": LABEL}}],
        }
        kube.apply(
            {"apiVersion": HA_API_VERSION, "kind": HA_KIND, "metadata": {"name": f"bench-{number}"}, "spec": spec},
            manager="bench",
        )


def _served(kube: Kube) -> bool:
    try:
        kube.find(API, KIND)
        kube.find(HA_API_VERSION, HA_KIND)
    except Exception:
        return False
    return True


def _open_kind() -> Object:
    """Cilium's CRD without its schema: no agent reads the objects."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    names = {"kind": KIND, "plural": "ciliumegressgatewaypolicies", "singular": "ciliumegressgatewaypolicy"}
    version = {"name": "v2", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{names['plural']}.cilium.io"},
        "spec": {"group": "cilium.io", "scope": "Cluster", "names": names, "versions": [version]},
    }


if __name__ == "__main__":
    if "--worker" in sys.argv:
        worker(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
