"""Network policies of the cluster that keep packets from Pods, and those that let them pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from diagnosis.evidence import explained, explanations
from diagnosis.policy_evidence import of_policies
from diagnosis.roots import Root
from diagnosis.why.situation import Situation
from probes.observations import Observations
from probes.packets import Capture
from probes.verdict import judged
from tests.probes.recorded import dev

PODS = judged("pod-to-pod", "curl-pod -> webpod-1", False, "answer", "none", "cilium-ctr -> cilium-w1", "no route back")
VIP = judged("vip-http", "webpod 172.16.1.1", False, "every backend", "none", "cilium-r", "not served")
WEBPOD = {"matchLabels": {"app": "webpod"}}
WROTE = {"manager": "kubectl", "time": "2026-11-27T10:00:00Z", "fieldsV1": {"f:spec": {"f:endpointSelector": {}}}}


def pod(name: str, labels: dict[str, str]) -> dict[str, Any]:
    spec = {"containers": [{"name": name, "ports": [{"containerPort": 80}]}]}
    return {"metadata": {"name": name, "namespace": "default", "labels": labels}, "spec": spec}


def situation(spec: Any, namespace: str | None = "default", **status: Any) -> Situation:
    kind = "CiliumNetworkPolicy" if namespace else "CiliumClusterwideNetworkPolicy"
    metadata = {"name": "no", "managedFields": [WROTE], **({"namespace": namespace} if namespace else {})}
    pods = [pod("curl-pod", {"app": "curl"}), pod("webpod-1", {"app": "webpod"})]
    return Situation(
        dev(), Observations(objects={"pods": pods, kind: [{"metadata": metadata, "spec": spec, "status": status}]})
    )


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"endpointSelector": WEBPOD, "ingressDeny": [{"fromEntities": ["all"]}]}, "a rule of no denies curl-pod"),
        ({"endpointSelector": WEBPOD, "ingress": []}, "no rule of no admits curl-pod"),
        ({"endpointSelector": {}, "egress": []}, "no rule of no admits curl-pod"),
        (
            {
                "endpointSelector": WEBPOD,
                "ingress": [{"fromEndpoints": [{}], "toPorts": [{"ports": [{"port": "8080", "protocol": "TCP"}]}]}],
            },
            "no rule of no admits curl-pod",
        ),
    ],
)
def test_a_policy_in_the_way(spec: Any, words: str) -> None:
    [line] = of_policies(situation(spec), PODS)
    assert line == (
        "CiliumNetworkPolicy default/no, which is not of the stack and was written by kubectl at"
        f" 2026-11-27T10:00:00Z: {words}"
    )


@pytest.mark.parametrize(
    "spec",
    [
        {"endpointSelector": {"matchLabels": {"app": "other"}}, "ingress": []},
        {"endpointSelector": WEBPOD, "ingress": [{"fromEndpoints": [{"matchLabels": {"app": "curl"}}]}]},
        {"endpointSelector": WEBPOD, "egress": []},
    ],
)
def test_a_policy_that_lets_them_pass(spec: Any) -> None:
    assert list(of_policies(situation(spec), PODS)) == []


def test_a_policy_that_agents_refuse_keeps_nothing() -> None:
    refused = {"type": "Valid", "status": "False", "message": "no"}
    assert list(of_policies(situation({"endpointSelector": WEBPOD, "ingress": []}, conditions=[refused]), PODS)) == []


def test_a_clusterwide_policy_keeps_the_world_from_an_address() -> None:
    spec = {"endpointSelector": WEBPOD, "ingress": [{"fromEntities": ["cluster"]}]}
    [line] = of_policies(situation(spec, None), VIP)
    assert line.startswith("CiliumClusterwideNetworkPolicy no, which") and line.endswith(
        "admits what comes from cilium-r"
    )
    assert list(of_policies(situation(spec, None), PODS)) == []


def test_the_policy_is_the_cause() -> None:
    closed = situation({"endpointSelector": WEBPOD, "ingress": []})
    assert explained(closed, Root(PODS), {}, Capture())[0].startswith("CiliumNetworkPolicy default/no")
    open_ = situation({"endpointSelector": WEBPOD, "egress": []})
    assert explained(open_, Root(PODS), {}, Capture()) == ("no route back", [])


def test_one_policy_is_one_root() -> None:
    other = replace(PODS, subject="curl-pod -> webpod-2")
    it = situation({"endpointSelector": WEBPOD, "ingress": []})
    it.observations.objects["pods"].append(pod("webpod-2", {"app": "webpod"}))
    [one] = explanations(it, [Root(PODS, (VIP,)), Root(other)], {}, Capture())
    assert one.root == Root(PODS, (VIP, other)) and one.cause.startswith("CiliumNetworkPolicy default/no")
    # What nobody explains stays apart where its words differ.
    apart = situation({"endpointSelector": WEBPOD, "egress": []})
    assert len(explanations(apart, [Root(PODS), Root(replace(other, cause="lost"))], {}, Capture())) == 2
