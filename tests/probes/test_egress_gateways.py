"""Gateways as they are: who has no address to leave with, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from probes.egress_gateways import judge
from probes.observations import Observations
from probes.verdict import Color, Verdict
from tests.probes.test_egress import observations, stack

HOST3 = {"matchLabels": {"kubernetes.io/hostname": "kind-worker3"}}
PLAIN, HA = 0, 1


def verdict(edit: Callable[[Any], object], change: Callable[[Observations], object], which: int = PLAIN) -> Verdict:
    """Of one policy of the egress stack, which is edited, on answers that are changed."""
    answers = observations()
    change(answers)
    return list(judge(stack(lambda document: edit(document["egressPolicies"][which])), answers))[which]


def nothing(_: object) -> None:
    return None


def gateway(**entry: Any) -> Callable[[Any], object]:
    return lambda policy: policy.update(egressGateway={"nodeSelector": HOST3, **entry})


def on_worker3(**addresses: list[str]) -> Callable[[Observations], object]:
    return lambda answers: answers.devices.update({"kind-worker3": addresses})


@pytest.mark.parametrize(
    ("edit", "change", "cause"),
    [
        (
            gateway(interface="net0", egressIP="172.18.0.42"),
            nothing,
            "egressGateway has both an interface and an egressIP",
        ),
        (gateway(interface="net7"), nothing, "kind-worker3 has no interface net7"),
        (nothing, on_worker3(eth1=["172.18.0.4"], net0=[]), "net0 of kind-worker3 has no IPv4 address"),
        (nothing, on_worker3(eth1=["172.18.0.4"], net0=["fe80::1"]), "net0 of kind-worker3 has no IPv4 address"),
        (nothing, on_worker3(eth1=["172.18.0.4"]), "kind-worker3 has no interface net0"),
        (nothing, on_worker3(net0=["172.18.0.99"]), "172.18.0.42 is on no interface of kind-worker3"),
        (gateway(egressIP="172.18.0.199"), nothing, "172.18.0.199 is on no interface of kind-worker3"),
        (
            gateway(nodeSelector={"matchLabels": {"a": "b"}}),
            nothing,
            "no node has the labels {'matchLabels': {'a': 'b'}}",
        ),
        (lambda policy: policy.update(selectors=[]), nothing, "selects no pod"),
        (lambda policy: policy.update(selectors=[{"nodeSelector": HOST3}]), nothing, "selects no pod"),
        (lambda policy: policy.pop("egressGateway"), nothing, "it has no gateway"),
    ],
)
def test_a_way_that_leads_nowhere_is_red_with_its_cause(
    edit: Callable[[Any], object], change: Callable[[Observations], object], cause: str
) -> None:
    found = verdict(edit, change)
    assert (found.subject, found.color) == ("outpost", Color.RED) and cause in found.cause


@pytest.mark.parametrize("edit", [nothing, gateway(egressIP="172.18.0.42")])
def test_a_gateway_with_its_address_is_green(edit: Callable[[Any], object]) -> None:
    found = verdict(edit, nothing)
    assert found.color is Color.GREEN and found.observed == "172.18.0.4 with 172.18.0.42"


def test_an_address_that_the_status_names_and_no_gateway_has() -> None:
    found = verdict(nothing, on_worker3(eth1=["172.18.0.4"], net0=["172.18.0.42"]), HA)
    assert (found.color, found.cause) == (Color.RED, "172.18.0.84 is on no interface of kind-worker3")


def test_no_active_gateway_at_all() -> None:
    found = verdict(nothing, lambda answers: answers.objects.update(egress=[]), HA)
    assert (found.color, found.cause) == (Color.RED, "no gateway is active")


@pytest.mark.parametrize(
    ("edit", "change"),
    [
        (nothing, lambda answers: answers.objects.pop("pods")),
        (nothing, lambda answers: answers.devices.pop("kind-worker3")),
        (lambda policy: policy.update(selectors=[{"podSelector": {"matchLabels": {"org": "nobody"}}}]), nothing),
    ],
)
def test_what_cannot_be_shown_is_never_green(
    edit: Callable[[Any], object], change: Callable[[Observations], object]
) -> None:
    assert verdict(edit, change).color is Color.GREY


def test_a_policy_of_isovalents_is_its_operators() -> None:
    isovalent = stack(lambda document: document["egressPolicies"][HA].update(kind="IsovalentEgressGatewayPolicy"))
    assert [found.subject for found in judge(isovalent, observations())] == ["outpost"]
