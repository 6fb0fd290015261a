"""What rules say of agents that cannot do what an Ingress or an announced address needs: in labs of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import Edge, until
from tests.e2e.ingress.helpers import SHARED, causes, code, fresh
from tests.e2e.ingress.test_host_network import on_the_nodes
from tests.e2e.truth.looks import resolved

pytestmark = pytest.mark.thorough


def waived(stack: Any, *rules: str) -> None:
    stack["waivers"] = [{"rule": rule, "reason": "the lab shows what happens then"} for rule in rules]


def without_replacement(stack: Any) -> None:
    stack["cilium"]["kubeProxyReplacement"] = False
    waived(stack, "I1", "L1")


def short_of_time(stack: Any) -> None:
    """More Leases than the agents' rate renews, with times that no elector takes."""
    stack["cilium"]["values"].update(
        l2announcements={"leaseDuration": "2s", "leaseRenewDeadline": "3s", "leaseRetryPeriod": "400ms"},
        k8sClientRateLimit={"qps": 2, "burst": 2},
    )
    stack["pools"][0]["blocks"] = [{"start": SHARED, "stop": "192.168.10.225"}]
    stack["services"] += [
        {"name": f"more-{n}", "selector": {"app": "webpod"}, "port": 80, "targetPort": 80} for n in range(6)
    ]
    waived(stack, "L4", "L5")


def on_the_nodes_of_an_old_operator(stack: Any) -> None:
    """1.18.0 makes a Service of a dedicated Ingress that the API refuses; its port opens nowhere."""
    version = stack["cilium"]["version"]
    on_the_nodes(stack)
    stack["cilium"]["version"] = version
    waived(stack, "I5")


def leases(edge: Edge) -> list[Any]:
    found = json.loads(edge.kubectl("-n", "kube-system", "get", "leases", "-o", "json"))["items"]
    return [item for item in found if item["metadata"]["name"].startswith("cilium-l2announce-")]


def log(edge: Edge, what: str, words: str) -> bool:
    """Whether a part of Cilium says so in its log."""
    pods = edge.kubectl("-n", "kube-system", "get", "pods", "-l", what, "-o", "name").split()
    return any(words in edge.kubectl("-n", "kube-system", "logs", pod) for pod in pods)


def test_i1_the_operator_makes_nothing_of_an_ingress_and_l1_nobody_serves_what_is_announced(tmp_path: Path) -> None:
    with fresh(tmp_path / "project", without_replacement) as edge:
        address = edge.kubectl("get", "ingress", "-o", "jsonpath={.items[*].status.loadBalancer.ingress[*].ip}")
        assert address == "" and edge.kubectl("get", "ciliumenvoyconfigs", "-A", "-o", "name") == ""
        # The chart's own Service has an address all the same, and an agent answers for it.
        assert [item["metadata"]["name"] for item in leases(edge)] == ["cilium-l2announce-kube-system-cilium-ingress"]
        assert resolved(edge, "client", SHARED) and code(edge, "client", f"http://{SHARED}/") == 0
        found = causes(edge)
        assert "made no Service of it" in found["default/webpod-ingress"], found


def test_i5_a_listener_on_the_nodes_that_never_opens(tmp_path: Path) -> None:
    with fresh(tmp_path / "project", on_the_nodes_of_an_old_operator) as edge:
        until(lambda: code(edge, "client", "http://192.168.10.101:8080/") == 200, 60, "the shared listener is there")
        assert code(edge, "client", "http://192.168.10.101:8081/") == 0
        assert "webpod" not in edge.kubectl("get", "ciliumenvoyconfigs", "-A", "-o", "name")
        assert log(edge, "io.cilium/app=operator", "externalTrafficPolicy")
        found = causes(edge)
        assert any("webpod-ingress" in subject for subject in found) or any(
            "has not programmed" in cause for cause in found.values()
        ), found


def test_l4_and_l5_agents_correct_the_times_and_addresses_come_and_go(tmp_path: Path) -> None:
    with fresh(tmp_path / "project", short_of_time) as edge:
        assert log(edge, "k8s-app=cilium", "l2-announcements-renew-deadline")
        until(lambda: log(edge, "k8s-app=cilium", "failed to renew lease"), 60, "a Lease is lost")
        until(
            lambda: any("renew their Leases too late" in cause for cause in causes(edge).values()),
            60,
            "verify says why",
        )
        asked: set[int] = set()

        def comes_and_goes() -> bool:
            asked.add(code(edge, "client", f"http://{SHARED}/"))
            return asked >= {0, 200}

        until(comes_and_goes, 90, "a request is answered, and another one is not")
