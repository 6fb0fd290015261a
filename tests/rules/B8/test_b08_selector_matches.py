"""B8 beyond its fixtures: the selector of a Service advertisement matches no declared Service."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.helpers import Edit, entry, told_after


def ingress_service(d: Any) -> None:
    d["ingressController"] = {}
    d["bgp"]["advertisements"].append(
        {
            "name": "ingress",
            "labels": {"advertise": "bgp"},
            "advertisements": [
                {
                    "type": "Service",
                    "addresses": ["LoadBalancerIP"],
                    "selector": {"matchLabels": {"cilium.io/ingress": "true"}},
                }
            ],
        }
    )


def gateway(**given: Any) -> Edit:
    """A Gateway with the label that the dev stack's selector takes, and no other Service."""

    def edit(d: Any) -> None:
        listener = {"name": "http", "port": 80}
        d.update(services=[], gatewayController={}, gateways=[{"name": "web", "listeners": [listener], **given}])

    return edit


def under_manifests(d: Any) -> None:
    spec = {"gatewayClassName": "cilium", "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]}
    group = "gateway.networking.k8s.io/v1"
    meta = {"name": "web", "labels": {"app": "webpod"}}
    d.update(services=[], gatewayController={})
    d["manifests"] = [{"apiVersion": group, "kind": "Gateway", "metadata": meta, "spec": spec}]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: entry(d).pop("selector")], []),
        # A Gateway has the labels, and its Service does not.
        ([gateway(labels={"app": "webpod"})], ["warning gateways[0].infrastructure.labels"]),
        ([under_manifests], ["warning manifests[0]"]),
        ([gateway(infrastructure={"labels": {"app": "webpod"}})], []),
        ([gateway(labels={"app": "shop"})], ["warning bgp.advertisements[1].advertisements[0].selector"]),
        ([lambda d: entry(d, 0).update(type="CiliumPodIPPool", selector={"matchLabels": {"pool": "a"}})], []),
        ([lambda d: entry(d).update(selector={"matchLabels": {"io.kubernetes.service.namespace": "default"}})], []),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B8", *edits) == expected


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([ingress_service], id="the-ingress-service-is-selected"),
    ],
)
def test_a_right_stack_is_not_objected_to(edits: list[Edit]) -> None:
    assert told_after("B8", *edits) == []
