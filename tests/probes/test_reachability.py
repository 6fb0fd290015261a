"""Packets between pods: also where a pod has no node or no address yet."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest

from probes.collector import Collector
from probes.observations import Observations
from probes.reachability import pod_to_pod, vip
from probes.verdict import Color
from tests.probes.recorded import NODES, dev, healthy


class Pods:
    """Answers as the pods would."""

    stack = dev()

    def __init__(self, large: str = "\nCURL 0\n") -> None:
        self.large = large

    def in_pod(self, pod: Any, command: str) -> str:
        url = re.findall(r"http://\S+/", command)[0]
        assert "head -c 4000 /dev/zero | curl" in command
        return self._small(url) + "=-=-=\n" + self.large

    def _small(self, url: str) -> str:
        return {
            "http://172.20.1.9:80/": "Hostname: webpod-1\n\nCURL 0\n",
            "http://172.20.1.7:80/": "\nCURL 52\n",
            "http://172.20.1.6:80/": "<html>\nCURL 0\n",
            "http://172.20.1.5:80/": "Hostname: webpod-1\n\nTCP 0.1\nCURL 0\n\nTCP 0\nCURL 28\n",
            "http://172.20.1.4:80/": "\nTCP 0.1\nCURL 28\n" * 2,
        }.get(url, "\nCURL 28\n")


def pod(name: str, app: str, node: str | None, address: str | None) -> dict[str, Any]:
    spec = {"containers": [{"name": app, "ports": [{"containerPort": 80}]}], **({"nodeName": node} if node else {})}
    return {
        "metadata": {"name": name, "namespace": "default", "labels": {"app": app}},
        "spec": spec,
        "status": {"podIP": address} if address else {},
    }


@pytest.mark.parametrize(
    ("node", "address", "color", "where", "cause"),
    [
        ("cilium-w1", "172.20.1.9", Color.GREEN, "cilium-ctr -> cilium-w1", ""),
        # What is no HTTP, and what does not say who it is, was reached as well.
        ("cilium-w1", "172.20.1.7", Color.GREEN, "cilium-ctr -> cilium-w1", ""),
        ("cilium-w1", "172.20.1.6", Color.GREEN, "cilium-ctr -> cilium-w1", ""),
        ("cilium-w1", "172.20.1.8", Color.RED, "cilium-ctr -> cilium-w1", "no route back"),
        ("cilium-w1", "172.20.1.5", Color.RED, "cilium-ctr -> cilium-w1", "packets are lost on the way cilium-ctr -> "),
        (
            "cilium-w1",
            "172.20.1.4",
            Color.RED,
            "cilium-ctr -> cilium-w1",
            "the server takes connections and answers none",
        ),
        ("cilium-w1", None, Color.RED, "cilium-ctr -> cilium-w1", "is the agent on its node ready"),
        (None, None, Color.RED, "cilium-ctr -> no node", "no node has taken the pod"),
    ],
)
def test_every_pair_has_a_verdict(node: str | None, address: str | None, color: Color, where: str, cause: str) -> None:
    pods = [pod("curl-pod", "curl", "cilium-ctr", "172.20.0.9"), pod("webpod-1", "webpod", node, address)]
    [verdict] = pod_to_pod(cast(Collector, Pods()), Observations(objects={"pods": pods}))
    assert (verdict.color, verdict.where) == (color, where) and cause in verdict.cause


@pytest.mark.parametrize(
    ("large", "color"),
    [
        ("\nCURL 28\n", Color.RED),
        ("\nCURL 0\n", Color.GREEN),
        # It was sent to, and said in its own way that it wants none of it.
        ("\nCURL 55\n", Color.GREEN),
        ("\nCURL 56\n", Color.GREEN),
    ],
)
def test_large_packets_that_do_not_arrive_are_a_black_hole(large: str, color: Color) -> None:
    pods = [pod("curl-pod", "curl", "cilium-ctr", "172.20.0.9"), pod("webpod-1", "webpod", "cilium-w1", "172.20.1.9")]
    [verdict] = pod_to_pod(cast(Collector, Pods(large)), Observations(objects={"pods": pods}))
    assert verdict.color is color
    assert ("path MTU black hole" in verdict.cause) is (color is Color.RED)


class Router:
    """A router whose requests are lost now and then, and that pings."""

    stack = dev()
    endpoints = {"cilium-r": "there"}

    def __init__(self, losses: dict[str, int]) -> None:
        self.losses = losses
        self.ssh = self

    def run(self, where: str, command: str, timeout: float) -> Any:
        hop = next((hop for hop in self.losses if f" {hop};" in command), None)
        loss = self.losses[hop] if hop else None
        text = (
            f"20 packets transmitted, 18 received, {loss}% packet loss, time 400ms"
            if hop
            else (
                "Hostname: webpod-1\nCURL 0\n" * 20
                + "Hostname: webpod-2\nCURL 0\nHostname: webpod-3\nCURL 0\n\nCURL 28\n"
            )
        )
        return type("Done", (), {"stdout": text})()


HOPS = list(NODES.values())


@pytest.mark.parametrize(
    ("losses", "cause"),
    [
        (dict.fromkeys(HOPS, 10), "lost on the way to every next hop, 192.168.10.100 (10 %)"),
        ({**dict.fromkeys(HOPS, 0), HOPS[2]: 100}, "from cilium-r to 192.168.10.102 (100 %)"),
        (dict.fromkeys(HOPS, 0), "a next hop that announces the address does not serve it"),
    ],
)
def test_loss_is_placed(losses: dict[str, int], cause: str) -> None:
    observations, collector = healthy(), Router(losses)
    [verdict] = vip(cast(Collector, collector), observations, collector.stack.services[0], "cilium-r", ["172.16.1.1"])
    assert verdict.color is Color.RED and cause in verdict.cause, verdict
