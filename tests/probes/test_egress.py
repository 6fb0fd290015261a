"""The judges of egress gateways: green on what the lab answers, and red for each thing that can be wrong."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import parse
from config.stack import StackConfig
from probes import egress
from probes.egress_expectation import expected_sources
from probes.observations import Observations
from probes.verdict import Color, Verdict

FILE = Path(__file__).resolve().parents[2] / "Pulumi.egress.yaml"
DOCUMENT = yaml.safe_load(FILE.read_text())["config"]["cilium-edge:stack"]
EAST, WEST = "172.18.0.4", "172.18.0.6"
NOWHERE = "0.0.0.0"  # noqa: S104
PODS = {
    "netperf-pod": ("10.244.3.7", "kind-worker", "sds"),
    "netperf-west": ("10.244.2.7", "kind-worker2", "sds"),
    "anonymous": ("10.244.3.8", "kind-worker", "hacker"),
}


def stack(edit: Callable[[Any], object] = lambda d: None) -> StackConfig:
    document = copy.deepcopy(DOCUMENT)
    edit(document)
    return parse(document, "egress")


def pod(name: str) -> dict[str, Any]:
    address, node, org = PODS[name]
    return {
        "metadata": {"name": name, "namespace": "default", "labels": {"org": org}},
        "spec": {"nodeName": node},
        "status": {"podIP": address},
    }


def entry(source: str, cidr: str, egress_ip: str, gateway: str) -> dict[str, str]:
    return {"SourceIP": source, "DestCIDR": cidr, "EgressIP": egress_ip, "GatewayIP": gateway}


def agent_map(node_address: str) -> list[dict[str, str]]:
    """What an agent has: the egress IP stands on the gateway's own map alone."""

    def ip(gateway: str, address: str) -> str:
        return address if gateway == node_address else NOWHERE

    east, west = PODS["netperf-pod"][0], PODS["netperf-west"][0]
    return [
        entry(east, "172.18.0.7/32", ip(EAST, "172.18.0.42"), EAST),
        entry(west, "172.18.0.7/32", ip(EAST, "172.18.0.42"), EAST),
        entry(east, "172.18.0.8/32", ip(EAST, "172.18.0.84"), EAST),
        entry(west, "172.18.0.8/32", ip(WEST, "172.18.0.85"), WEST),
    ]


def observations() -> Observations:
    group = {
        "activeGatewayIPs": [EAST, WEST],
        "healthyGatewayIPs": [EAST, WEST],
        "activeGatewayIPsByAZ": {"east": [EAST], "west": [WEST]},
        "egressIPByGatewayIP": {EAST: "172.18.0.84", WEST: "172.18.0.85"},
    }
    condition = {"type": "cilium-edge.io/IPAMRequestSatisfied", "status": "True", "message": "satisfied"}
    result = Observations()
    result.objects = {
        "pods": [pod(name) for name in PODS],
        "egress": [
            {"metadata": {"name": "outpost-ha"}, "status": {"groupStatuses": [group], "conditions": [condition]}}
        ],
    }
    result.maps = {node.name: agent_map(str(node.address)) for node in stack().nodes}
    given = {"kind-worker3": "172.18.0.84", "kind-worker4": "172.18.0.85"}
    result.devices = {node.name: {i.name: [str(i.address.ip)] for i in node.interfaces} for node in stack().nodes}
    for node, address in given.items():
        result.devices[node]["net0"].append(address)
    return result


def not_green(change: Callable[[Observations], object]) -> list[Verdict]:
    answers = observations()
    change(answers)
    return [v for v in egress.judge(stack(), answers) if v.color is not Color.GREEN]


def test_what_the_lab_answers_is_green() -> None:
    verdicts = list(egress.judge(stack(), observations()))
    assert [v.check for v in verdicts] == ["egress-status", "egress-ipam", *["egress-gateway"] * 2, *["egress-map"] * 5]
    assert all(v.color is Color.GREEN for v in verdicts), verdicts


def status(answers: Observations) -> Any:
    return answers.objects["egress"][0]["status"]


@pytest.mark.parametrize(
    ("change", "check", "words"),
    [
        (lambda s: s.maps["kind-worker"].pop(), "egress-map", "10.244.2.7 to 172.18.0.8/32: no entry"),
        (
            lambda s: s.maps["kind-worker"].append(entry("10.244.3.8", "172.18.0.8/32", NOWHERE, EAST)),
            "egress-map",
            "an entry that no policy explains",
        ),
        (lambda s: s.maps["kind-worker"][2].update(GatewayIP=WEST), "egress-map", f"gateway {WEST}, expected {EAST}"),
        (lambda s: s.maps["kind-worker"][2].update(GatewayIP=NOWHERE), "egress-map", "gateway 0.0.0.0"),
        (lambda s: s.maps["kind-worker3"][2].update(EgressIP=NOWHERE), "egress-map", "no address to leave with"),
        (lambda s: s.maps["kind-worker3"][2].update(EgressIP="172.18.0.85"), "egress-map", "expected 172.18.0.84"),
        (lambda s: s.maps["kind-worker3"][0].update(EgressIP="172.18.0.4"), "egress-map", "expected 172.18.0.42"),
        (lambda s: s.maps["kind-worker"][0].update(EgressIP="172.18.0.42"), "egress-map", "not the gateway"),
        (lambda s: status(s)["groupStatuses"][0].update(healthyGatewayIPs=[WEST]), "egress-status", f"healthy: {WEST}"),
        (lambda s: s.objects.update(egress=[]), "egress-status", "healthy: "),
        (lambda s: s.objects["egress"][0]["metadata"].update(generation=2), "egress-status", "of an older version"),
        (
            lambda s: status(s)["conditions"].append({"type": "cilium-edge.io/Accepted", "status": "False"}),
            "egress-status",
            f"healthy: {EAST}",
        ),
        (
            lambda s: status(s)["conditions"][0].update(status="False", message="no address for it"),
            "egress-ipam",
            "no address for it",
        ),
    ],
)
def test_what_is_wrong_is_red_and_told(change: Callable[[Observations], object], check: str, words: str) -> None:
    found = [v for v in not_green(change) if v.check == check]
    assert found and all(v.color is Color.RED and v.cause for v in found)
    assert any(words in v.observed for v in found), found


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.objects.pop("pods"),
        lambda s: s.objects.pop("egress"),
        lambda s: s.maps.pop("kind-worker3"),
        lambda s: s.devices.pop("kind-worker3"),
    ],
)
def test_what_nobody_answered_is_never_green(change: Callable[[Observations], object]) -> None:
    assert any(v.color is Color.GREY for v in not_green(change))


@pytest.mark.parametrize(
    ("name", "outpost", "expected"),
    [
        ("netperf-pod", 0, {"172.18.0.42"}),
        ("netperf-pod", 1, {"172.18.0.84"}),
        ("netperf-west", 1, {"172.18.0.85"}),
        ("anonymous", 0, {"172.18.0.3"}),
        ("anonymous", 1, {"172.18.0.3"}),
    ],
)
def test_which_address_an_outpost_may_see(name: str, outpost: int, expected: set[str]) -> None:
    assert expected_sources(stack(), pod(name), stack().outposts[outpost], observations()) == expected


def test_an_excluded_destination_is_reached_with_the_nodes_address() -> None:
    def exclude(document: Any) -> None:
        document["egressPolicies"][1].update(destinationCIDRs=["172.18.0.0/16"], excludedCIDRs=["172.18.0.8/32"])

    one = stack(exclude)
    assert expected_sources(one, pod("netperf-pod"), one.outposts[1], observations()) == {"172.18.0.3"}


def test_a_zone_without_a_gateway_reaches_nothing() -> None:
    answers = observations()
    status(answers)["groupStatuses"][0]["activeGatewayIPsByAZ"] = {"east": [], "west": [WEST]}
    assert expected_sources(stack(), pod("netperf-pod"), stack().outposts[1], answers) == set()


def test_a_stack_without_egress_has_no_verdicts() -> None:
    def none(document: Any) -> None:
        del document["egressPolicies"]

    assert list(egress.judge(stack(none), observations())) == []
