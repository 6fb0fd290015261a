"""Who asks whom, of the checks that send packets."""

from __future__ import annotations

from typing import Any

from config.load import parse
from diagnosis.flows import flows, of_verdict
from diagnosis.roots import Root
from diagnosis.why.situation import Situation
from probes.observations import Observations
from probes.verdict import Verdict, judged, unknown
from tests.probes.ingress import recorded as ingress
from tests.probes.recorded import dev
from tests.probes.test_egress import DOCUMENT

SLICE = {
    "metadata": {"namespace": "default", "labels": {"kubernetes.io/service-name": "webpod"}},
    "ports": [{"port": 8080, "protocol": "TCP"}],
    "endpoints": [
        {"addresses": ["172.20.1.5"], "nodeName": "cilium-w1", "conditions": {"ready": True}},
        {"addresses": ["172.20.2.5"], "nodeName": "cilium-w2", "conditions": {"ready": False}},
    ],
}


def pod(name: str, node: str, address: str = "") -> dict[str, Any]:
    spec = {"nodeName": node, "containers": [{"name": "c", "ports": [{"containerPort": 8080}]}]}
    return {"metadata": {"name": name, "namespace": "default"}, "spec": spec, "status": {"podIP": address}}


CURL, SERVER = pod("curl-pod", "cilium-ctr", "172.20.0.9"), pod("webpod-1", "cilium-w1", "172.20.1.5")
SITUATION = Situation(dev(), Observations(objects={"pods": [CURL, SERVER, pod("new", "")], "slices": [SLICE]}))


def lost(check: str, subject: str, where: str = "") -> Verdict:
    return judged(check, subject, False, "answer", "none", where, "")


def test_between_pods() -> None:
    [flow] = of_verdict(SITUATION, lost("pod-to-pod", "curl-pod -> webpod-1"))
    assert (flow.client, flow.start, flow.ends) == (CURL, "cilium-ctr", frozenset({"cilium-w1"}))
    assert (flow.to, flow.port) == ("172.20.1.5", 8080)


def test_a_pod_without_an_address_and_one_that_is_gone_have_no_flow() -> None:
    assert not [*of_verdict(SITUATION, lost("pod-to-pod", "curl-pod -> new"))]
    assert not [*of_verdict(SITUATION, lost("pod-to-pod", "curl-pod -> gone"))]
    assert not [*of_verdict(SITUATION, lost("bgp-session", "cilium-w1 - cilium-r (agent)"))]


def test_to_an_address_and_the_pods_behind_it() -> None:
    [flow] = of_verdict(SITUATION, lost("vip-http", "webpod 172.16.1.1", "cilium-r"))
    assert (flow.client, flow.start, flow.to, flow.port) == ("cilium-r", "cilium-r", "172.16.1.1", 80)
    assert flow.behind == {("172.20.1.5", 8080): "cilium-w1"}
    assert flow.ends == {"cilium-ctr", "cilium-w1", "cilium-w2", "cilium-w3"}


def test_to_an_outpost() -> None:
    egress = parse(DOCUMENT, "egress")
    outpost = egress.outposts[0]
    situation = Situation(egress, Observations(objects={"pods": [CURL]}))
    [flow] = of_verdict(situation, lost("egress-source", f"curl-pod -> {outpost.name}"))
    assert (flow.to, flow.port, flow.ends) == (str(outpost.address.ip), outpost.port, frozenset({outpost.name}))


def test_three_flows_at_most_and_only_of_what_is_red() -> None:
    red = Root(lost("pod-to-pod", "curl-pod -> webpod-1"))
    grey = Root(unknown("pod-to-pod", "curl-pod -> webpod-1", "answer", "x", "no answer"))
    assert len(flows(SITUATION, [red] * 5)) == 3
    assert flows(SITUATION, [grey]) == []


def entered(where: str, place: str, observed: str = "no answer") -> list[Any]:
    observations = ingress.healthy()
    observations.objects["pods"] = [CURL]
    verdict = judged("ingress-http", f"default/basic-ingress /details from {place}", False, "200", observed, where, "")
    return [*of_verdict(Situation(ingress.stack(), observations), verdict)]


def test_to_envoy_from_a_host_or_a_pod() -> None:
    [flow] = entered("client", "client 192.168.10.200")
    assert (flow.client, flow.start, flow.to, flow.port) == ("client", "client", ingress.SHARED, 80)
    assert flow.ends == {node.name for node in ingress.stack().nodes} and not flow.behind
    [flow] = entered("cilium-ctr", "pod curl-pod")
    assert flow.client == CURL


def test_a_node_asks_its_own_envoy_and_an_answer_is_no_lost_packet() -> None:
    assert entered("cilium-w1", "cilium-w1") == []
    assert entered("client", "client 192.168.10.200", "503 by Envoy") == []
