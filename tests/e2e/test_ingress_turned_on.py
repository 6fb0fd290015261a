"""Ingress is turned on in a cluster that runs, and its address is announced over BGP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.harness import Edge

pytestmark = pytest.mark.thorough


def with_ingress(stack: Any) -> None:
    stack["ingressController"] = {"mode": "shared"}
    stack["cilium"]["values"] |= {"envoy": {"enabled": True}, "loadBalancer": {"l7": {"backend": "envoy"}}}
    stack["ingresses"] = [{"name": "webpod", "rules": [{"paths": [{"path": "/", "service": "webpod", "port": 80}]}]}]
    stack["bgp"]["advertisements"][0]["advertisements"].append(
        {"type": "Service", "addresses": ["LoadBalancerIP"], "selector": {"matchLabels": {"cilium.io/ingress": "true"}}}
    )


def test_ingress_that_is_turned_on_later_is_served_by_every_node(edge: Edge) -> None:
    edge.change(with_ingress)
    # The operator registers Envoy's kinds once it has started again; until then agents would wait for them.
    edge.run("up")
    found = edge.verify()
    assert found["green"]
    places = {v["subject"].partition(" from ")[2] for v in found["verdicts"] if v["check"] == "ingress-http"}
    assert {"cilium-r 192.168.10.200", "cilium-r 192.168.20.200", "cilium-w3", "pod curl-pod"} <= places
    [paths] = [
        v["observed"]
        for v in found["verdicts"]
        if (v["check"], v["where"]) == ("fib", "cilium-r") and v["subject"] == "172.16.1.2/32"
    ]
    assert paths == "192.168.10.100, 192.168.10.101, 192.168.10.102, 192.168.20.100"
