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


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: entry(d).pop("selector")], []),
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
