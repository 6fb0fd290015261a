"""B31 beyond its fixtures: a BGP advertisement selects a Service with another announcer's loadBalancerClass."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, entry, told_after

L2_CLASS: Edit = lambda d: d["services"][0].update(loadBalancerClass="io.cilium/l2-announcer")  # noqa: E731


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([L2_CLASS], ["error services[0].loadBalancerClass"]),
        ([L2_CLASS, lambda d: d["services"][0].update(type="NodePort")], []),
        ([L2_CLASS, lambda d: entry(d).pop("selector")], []),
        ([L2_CLASS, lambda d: entry(d).update(selector={"matchLabels": {"app": "other"}})], []),
        (
            [
                L2_CLASS,
                lambda d: d["bgp"]["advertisements"].pop(),
                lambda d: entry(d, 0).update(type="CiliumPodIPPool", selector={"matchLabels": {"app": "webpod"}}),
            ],
            [],
        ),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B31", *edits) == expected


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param(
            [
                lambda d: entry(d).update(addresses=["ClusterIP"]),
                lambda d: d["services"][0].update(loadBalancerClass="io.cilium/l2-announcer"),
            ],
            id="the-class-counts-for-load-balancer-addresses-alone",
        ),
    ],
)
def test_a_right_stack_is_not_objected_to(edits: list[Edit]) -> None:
    assert told_after("B31", *edits) == []
