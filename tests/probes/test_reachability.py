"""Packets between pods: also where a pod has no node or no address yet."""

from __future__ import annotations

from typing import Any, cast

import pytest

from probes.field import Field
from probes.reachability import pod_to_pod
from probes.seen import Seen
from probes.verdict import Color
from tests.probes.recorded import dev


class Pods:
    """Answers as the pods would."""

    stack = dev()

    def in_pod(self, pod: Any, command: str) -> str:
        url = command.split(";")[0].rpartition(" ")[2]
        return {"http://172.20.1.9:80/": "Hostname: webpod-1\n\nCURL 0\n", "http://172.20.1.7:80/": "\nCURL 52\n",
                "http://172.20.1.6:80/": "<html>\nCURL 0\n"}.get(url, "\nCURL 28\n")  # fmt: skip


def pod(name: str, app: str, node: str | None, address: str | None) -> dict[str, Any]:
    spec = {"containers": [{"name": app, "ports": [{"containerPort": 80}]}], **({"nodeName": node} if node else {})}
    return {"metadata": {"name": name, "namespace": "default", "labels": {"app": app}}, "spec": spec,
            "status": {"podIP": address} if address else {}}  # fmt: skip


@pytest.mark.parametrize(("node", "address", "color", "where", "cause"), [
    ("cilium-w1", "172.20.1.9", Color.GREEN, "cilium-ctr -> cilium-w1", ""),
    # What is no HTTP, and what does not say who it is, was reached as well.
    ("cilium-w1", "172.20.1.7", Color.GREEN, "cilium-ctr -> cilium-w1", ""),
    ("cilium-w1", "172.20.1.6", Color.GREEN, "cilium-ctr -> cilium-w1", ""),
    ("cilium-w1", "172.20.1.8", Color.RED, "cilium-ctr -> cilium-w1", "no route back"),
    ("cilium-w1", None, Color.RED, "cilium-ctr -> cilium-w1", "is the agent on its node ready"),
    (None, None, Color.RED, "cilium-ctr -> no node", "no node has taken the pod"),
])  # fmt: skip
def test_every_pair_has_a_verdict(node: str | None, address: str | None, color: Color, where: str, cause: str) -> None:
    pods = [pod("curl-pod", "curl", "cilium-ctr", "172.20.0.9"), pod("webpod-1", "webpod", node, address)]
    [verdict] = pod_to_pod(cast(Field, Pods()), Seen(objects={"pods": pods}))
    assert (verdict.color, verdict.where) == (color, where) and cause in verdict.cause
