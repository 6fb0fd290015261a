"""Consequences fold under one root: on answers of the lab, spoilt as each fault spoils them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from config.errors import KUBELET_UNREACHABLE
from diagnosis.roots import Root, roots
from effective.peerings.expected import expected_sessions
from probes.observations import Observations
from probes.verdict import Color, judged, unknown
from probes.verify import control_plane
from tests.probes.recorded import NODES, dev, fib_route, healthy, rib_route

VIP = "172.16.1.1/32"
Change = Callable[[Observations], object]


def found(change: Change) -> list[Root]:
    stack, observations = dev(), healthy()
    change(observations)
    verdicts = control_plane(stack, list(expected_sessions(stack)), observations)
    if any(v.color is not Color.GREEN for v in verdicts):
        verdicts.append(judged("packets", "all", False, "sent", "not sent", "-", "see the red ones above"))
    causes = roots(stack, verdicts)
    rows = [v for v in verdicts if v.color is not Color.GREEN]
    # Every row is somewhere, and once.
    assert sorted(map(id, rows)) == sorted(id(v) for root in causes for v in (root.verdict, *root.follows))
    return causes


def router(observations: Observations) -> Any:
    return observations.routers["cilium-r"]


def down(observations: Observations, node: str, state: str = "Active") -> None:
    """A session is down on both sides, and its next hop is gone from every table."""
    address = NODES[node]
    router(observations)["neighbors"][address].update(bgpState=state, lastResetDueTo="Hold Timer Expired")
    observations.agents[node][0].update({"session-state": "active"})
    gone(observations, address)


def gone(observations: Observations, address: str) -> None:
    tables = router(observations)
    for prefix, routes in list(tables["rib"].items()):
        hops = [hop["ip"] for hop in routes[0]["nexthops"] if hop["ip"] != address]
        if hops:
            tables["rib"][prefix] = rib_route(prefix, hops)
        else:
            del tables["rib"][prefix]
    kept = {prefix: [hop["ip"] for hop in routes[0]["nexthops"]] for prefix, routes in tables["rib"].items()}
    tables["fib"] = [fib_route(prefix, hops) for prefix, hops in kept.items()]


def silent(observations: Observations, node: str) -> None:
    down(observations, node)
    del observations.agents[node]
    observations.errors[node] = "the API server does not reach the kubelet"


def no_zebra(observations: Observations) -> None:
    observations.stopped["cilium-r"] = ["zebra"]
    del observations.routers["cilium-r"]
    observations.errors["cilium-r"] = "`vtysh -c 'show ip route bgp json'` said nothing"


def no_forwarding(observations: Observations) -> None:
    observations.forwarding["cilium-r"] = False
    silent(observations, "cilium-w3")


def no_operator(observations: Observations) -> None:
    for pod in observations.objects["pods"]:
        if (pod["metadata"].get("labels") or {}).get("io.cilium/app") == "operator":
            pod["status"]["conditions"] = []


def node_with_operator(observations: Observations) -> None:
    no_operator(observations)
    for pod in observations.objects["pods"]:
        if (pod["metadata"].get("labels") or {}).get("io.cilium/app") == "operator":
            pod["spec"]["nodeName"] = "cilium-w1"
    silent(observations, "cilium-w1")


def policy_local(observations: Observations) -> None:
    service = next(one for one in observations.objects["services"] if one["metadata"]["name"] == "webpod")
    service["spec"] = {"type": "LoadBalancer", "externalTrafficPolicy": "Local", "selector": {"app": "webpod"}}
    router(observations)["rib"][VIP] = rib_route(VIP, list(NODES.values())[1:])
    router(observations)["fib"] = [one for one in router(observations)["fib"] if one["dst"] != "172.16.1.1"]


def all_down(observations: Observations) -> None:
    for node in NODES:
        down(observations, node)


def not_installed(observations: Observations) -> None:
    router(observations)["fib"] = []


def api_gone(observations: Observations) -> None:
    for key in list(observations.objects):
        del observations.objects[key]
        observations.errors[key] = "https://192.168.10.100:6443: the Kubernetes API does not answer"
    for node in list(observations.agents):
        del observations.agents[node]


CASES: dict[str, tuple[Change, str, str, int]] = {
    # Fault, check and subject of the root, how many rows follow at least.
    "a session": (
        lambda observations: down(observations, "cilium-w1"),
        "bgp-session",
        "cilium-w1 - cilium-r (router)",
        5,
    ),
    "a node that does not answer": (
        lambda observations: silent(observations, "cilium-w1"),
        "bgp-session",
        "cilium-w1 - cilium-r (agent)",
        5,
    ),
    "a node that is lost with its operator": (node_with_operator, "bgp-session", "cilium-w1 - cilium-r (agent)", 6),
    "zebra": (no_zebra, "router-daemon", "cilium-r", 2),
    "forwarding": (no_forwarding, "forwarding", "cilium-r", 4),
    "every session": (all_down, "bgp-session", "cilium-ctr - cilium-r (router)", 10),
    "a Service that was changed": (policy_local, "service", "webpod", 2),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_has_one_root(case: str) -> None:
    change, check, subject, follows = CASES[case]
    [root] = found(change)
    assert (root.verdict.check, root.verdict.subject) == (check, subject)
    assert len(root.follows) >= follows, root


def test_the_api_is_one_root_for_all_that_nobody_knows() -> None:
    causes = found(api_gone)
    assert len(causes) == 1 and "does not answer" in causes[0].cause, causes


def test_two_faults_have_two_roots() -> None:
    def both(observations: Observations) -> None:
        down(observations, "cilium-w1")
        down(observations, "cilium-w3", "Idle")
        router(observations)["neighbors"][NODES["cilium-w3"]].update(remoteAs=64999)

    causes = found(both)
    assert {root.verdict.subject for root in causes} == {
        "cilium-w1 - cilium-r (router)",
        "cilium-w3 - cilium-r (router)",
    }
    assert all(root.follows for root in causes)


def test_a_route_that_more_is_missing_from_than_sessions_explain_is_a_root_of_its_own() -> None:
    def change(observations: Observations) -> None:
        down(observations, "cilium-w1")
        left = [NODES["cilium-ctr"], NODES["cilium-w2"]]
        router(observations)["rib"][VIP] = rib_route(VIP, left)

    causes = found(change)
    assert [root.verdict.check for root in causes] == ["bgp-session", "rib"]
    assert causes[1].verdict.subject == VIP


def test_kernel_routes_that_are_missing_for_one_reason_are_one_root() -> None:
    causes = found(not_installed)
    assert [root.verdict.check for root in causes] == ["fib"] and len(causes[0].follows) >= 4


def test_where_all_is_well_there_is_none() -> None:
    assert found(lambda observations: None) == []


def test_pods_that_are_not_reached_explain_requests_to_envoy_and_clients_that_wait() -> None:
    pods = judged("pod-to-pod", "curl-pod -> webpod-1", False, "answer", "none", "cilium-ctr -> cilium-w1", "no route")
    envoy = judged("ingress-http", "default/web / from cilium-w2", False, "200", "503 by Envoy", "cilium-w2", "hangs?")
    waits = unknown("ingress-http", "default/web / from pod curl-pod", "200", "cilium-ctr", "sh did not end in 9 s")
    [root] = roots(dev(), [waits, envoy, pods])
    assert root.verdict is pods and set(root.follows) == {envoy, waits}


def test_a_client_whose_node_does_not_answer_is_the_root() -> None:
    pods = judged("pod-to-pod", "curl-pod -> webpod-1", False, "answer", "none", "cilium-ctr -> cilium-w1", "no route")
    silent = unknown("pod-to-pod", "x -> webpod-2", "answer", "cilium-w1 -> cilium-w2", f"{KUBELET_UNREACHABLE} at y")
    assert roots(dev(), [pods, silent])[0].verdict is silent
