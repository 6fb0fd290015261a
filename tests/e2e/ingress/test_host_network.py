"""Listeners on the nodes' own network: shared, dedicated, and those of a Gateway on one node alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lab.images import newer
from tests.e2e.harness import Edge, until
from tests.e2e.ingress.helpers import code, fresh

pytestmark = pytest.mark.thorough

NODES = {"192.168.10.100", "192.168.10.101", "192.168.10.102"}


def on_the_nodes(stack: Any) -> None:
    # Before 1.18.1 the operator makes no valid Service of a dedicated Ingress in this mode.
    stack["cilium"]["version"] = newer(stack["cilium"]["version"])
    stack["ingressController"] = {"mode": "shared", "hostNetwork": {"port": 8080}}
    stack["ingresses"][1]["annotations"] = {"ingress.cilium.io/host-listener-port": "8081"}
    stack["gatewayController"] = {
        "hostNetwork": {"nodeSelector": {"matchLabels": {"kubernetes.io/hostname": "cilium-w1"}}}
    }
    stack["gateways"] = [{"name": "edge", "listeners": [{"name": "web", "port": 8082}]}]
    stack["httpRoutes"] = [
        {"name": "all", "parents": [{"name": "edge"}], "rules": [{"backends": [{"service": "webpod", "port": 80}]}]}
    ]
    del stack["pools"], stack["l2Policies"]


def asked(found: Any, what: str) -> set[str]:
    """The nodes at which verify asked for it."""
    subjects = [v["subject"] for v in found["verdicts"] if v["check"] == "ingress-http"]
    return {subject.partition(" at ")[2].split()[0] for subject in subjects if subject.startswith(what)}


def test_every_node_that_listens_is_asked_and_no_other(tmp_path: Path) -> None:
    with fresh(tmp_path / "project", on_the_nodes) as edge:
        found = edge.verify()
        assert found["green"]
        assert asked(found, "default/basic-ingress") == asked(found, "default/webpod-ingress") == NODES
        assert asked(found, "Gateway default/edge") == {"192.168.10.101"}
        assert [code(edge, "client", f"http://{node}:8082/") for node in sorted(NODES)] == [0, 200, 0]
        assert code(edge, "stranger", "http://192.168.10.102:8081/") == 403


def test_what_no_operator_makes_is_refused(ingress: Edge) -> None:
    def old(stack: Any) -> None:
        version = stack["cilium"]["version"]
        on_the_nodes(stack)
        stack["cilium"]["version"] = version

    ingress.change(old)
    assert "I5 ingresses[1].loadBalancerMode" in ingress.run("plan", ok=False).stderr


@pytest.mark.versions
def test_an_older_operator_opens_no_port_for_a_dedicated_ingress_as_rule_i5_says(tmp_path: Path) -> None:
    def waived(stack: Any) -> None:
        version = stack["cilium"]["version"]
        on_the_nodes(stack)
        stack["cilium"]["version"] = version
        stack["waivers"] = [{"rule": "I5", "reason": "the real operator shows what it makes"}]

    with fresh(tmp_path / "project", waived) as edge:
        node = "http://192.168.10.101"
        until(lambda: code(edge, "client", f"{node}:8080/") == 200, 60, "the shared listener answers")
        assert code(edge, "client", f"{node}:8081/") == 0
