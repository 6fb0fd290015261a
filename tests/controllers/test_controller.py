"""A whole replica against an API in memory: what it writes, and what it leaves alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from config.egress import EgressHA
from config.errors import ApiError
from controllers.egress_ha.controller import Controller
from controllers.egress_ha.gateway import HOSTNAME
from tests.controllers.fake_kube import FakeKube
from tests.controllers.test_decision import EAST, NODES, WEST, node

HA, MADE = "EgressGatewayHAPolicy", "CiliumEgressGatewayPolicy"
GROUPS = [{"nodeSelector": {"matchLabels": {"egress-gw": "true"}}}]


class Replica:
    """A leading controller that sees both gateways, and does one round at a time."""

    def __init__(self, *policies: str, kube: FakeKube | None = None, **spec: Any) -> None:
        self.kube = kube or FakeKube()
        for name in policies:
            self.declare(name, **spec)
        settings = EgressHA.model_validate({"misses": 1, "recoveries": 1})
        self.controller = Controller(self.kube.client(), settings, "pod-a", ip_address("10.0.0.1"))
        for item in NODES:
            self.controller._nodes.put(item)
        self.controller._leader._until = time.monotonic() + 600
        self.hear(**{EAST: (), WEST: ()})

    def declare(self, name: str, **spec: Any) -> None:
        base = {"selectors": [{"podSelector": {}}], "destinationCIDRs": ["0.0.0.0/0"], "egressGroups": GROUPS}
        there = self.kube.objects.get((HA, name), {})
        self.kube.apply({"kind": HA, "metadata": {"name": name, "uid": f"u-{name}", "generation": 1},
                         "spec": {**base, **spec}, "status": there.get("status", {})})  # fmt: skip

    def hear(self, **held: tuple[str, ...] | None) -> None:
        for gateway, addresses in held.items():
            document = None if addresses is None else {"held": list(addresses), "conflicts": []}
            self.controller._heard(ip_address(gateway), addresses is not None, document)

    def round(self) -> None:
        self.controller._policies.refresh()
        self.controller._made.refresh()
        self.controller._reconcile()

    def gateways(self, name: str) -> list[str]:
        spec = self.kube.objects[(MADE, name)]["spec"]
        entries = spec.get("egressGateways") or [spec["egressGateway"]]
        return list(dict.fromkeys(e["nodeSelector"]["matchLabels"].get(HOSTNAME, "-") for e in entries))

    def status(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.kube.objects[(HA, name)]["status"]
        return found

    def written(self) -> list[tuple[str, str, str]]:
        """What was written since the last time it was asked."""
        writes = [call for call in self.kube.calls if call[0] not in ("list", "get", "watch")]
        self.kube.calls.clear()
        return writes


def refusing(verb: str, name: str) -> Callable[[str, str, str], None]:
    def fail(asked: str, kind: str, what: str) -> None:
        if (asked, what) == (verb, name):
            raise ApiError(f"{name} is invalid", 422)

    return fail


def test_a_policy_is_carried_out_once_and_then_nothing_is_written() -> None:
    one = Replica("ha")
    one.round()
    assert one.gateways("ha-0") == ["w3", "w4"]
    assert one.status("ha")["groupStatuses"][0]["healthyGatewayIPs"] == [EAST, WEST]
    one.written()
    one.round()
    one.round()
    assert one.written() == []


def test_addresses_are_given_first_and_used_when_they_are_there() -> None:
    one = Replica("ha", egressCIDRs=["172.18.0.84/31"])
    one.round()
    mapping = one.status("ha")["groupStatuses"][0]["egressIPByGatewayIP"]
    assert mapping == {EAST: "172.18.0.84", WEST: "172.18.0.85"} and one.gateways("ha-0") == ["-"]
    one.hear(**{EAST: ("172.18.0.84",), WEST: ()})
    one.round()
    assert one.gateways("ha-0") == ["w3"]
    one.hear(**{WEST: ("172.18.0.85",)})
    one.round()
    assert one.gateways("ha-0") == ["w3", "w4"]


def test_a_lost_gateway_leaves_and_events_tell() -> None:
    one = Replica("ha")
    one.round()
    one.hear(**{EAST: None})
    one.round()
    assert one.gateways("ha-0") == ["w4"]
    reasons = [item["reason"] for (kind, _), item in one.kube.objects.items() if kind == "Event"]
    assert reasons.count("GatewayServes") == 2 and reasons.count("GatewayLost") == 1


def test_who_does_not_lead_or_does_not_know_writes_nothing() -> None:
    one = Replica("ha")
    one.controller._leader._until = 0.0
    one.round()
    one.controller._leader._until = time.monotonic() + 600
    one.controller._nodes.put(node("w9", "172.18.0.99", "east", gateway=True))
    one.round()
    assert one.written() == [("apply", HA, "ha")]


def test_policies_that_are_gone_take_their_objects_with_them() -> None:
    one = Replica("ha", "other")
    one.round()
    one.kube.delete("", HA, "ha")
    one.round()
    assert [name for kind, name in one.kube.objects if kind == MADE] == ["other-0"]


def test_a_new_leader_moves_nothing() -> None:
    one = Replica("ha", egressCIDRs=["172.18.0.84/31"])
    one.round()
    one.hear(**{EAST: ("172.18.0.84",), WEST: ("172.18.0.85",)})
    one.round()
    two = Replica(kube=one.kube)
    two.hear(**{EAST: ("172.18.0.84",), WEST: ("172.18.0.85",)})
    one.written()
    two.round()
    assert two.written() == []


def test_what_a_peer_sees_counts_until_the_peer_is_gone() -> None:
    one = Replica("ha")
    peer = ip_address("10.0.0.2")
    one.controller._pods.put({"metadata": {"name": "p"}, "status": {"hostIP": str(peer)}})
    one.controller._heard_peer(peer, True, {EAST: True, WEST: True})
    one.round()
    one.hear(**{EAST: None})
    one.round()
    assert one.gateways("ha-0") == ["w3", "w4"]
    one.controller._heard_peer(peer, False, None)
    one.round()
    assert one.gateways("ha-0") == ["w4"]


def test_what_a_replica_saw_that_is_no_more_does_not_count() -> None:
    one = Replica("ha")
    one.controller._heard_peer(ip_address("10.0.0.2"), True, {EAST: True, WEST: True})
    one.hear(**{EAST: None})
    one.round()
    assert one.gateways("ha-0") == ["w4"]


def test_when_nobody_serves_what_is_there_stays() -> None:
    one = Replica("ha")
    one.round()
    one.written()
    one.hear(**{EAST: None, WEST: None})
    one.controller._serving = {}
    one.round()
    assert one.gateways("ha-0") == ["w3", "w4"]
    assert [call for call in one.written() if call[1] == MADE] == []


def test_a_call_that_fails_is_made_again() -> None:
    one = Replica("ha")
    one.kube.fail = refusing("apply", "ha-0")
    with pytest.raises(ApiError):
        one.round()
    one.kube.fail = lambda *call: None
    one.round()
    assert one.gateways("ha-0") == ["w3", "w4"]


@pytest.mark.xfail(strict=True, reason="a policy that became invalid counts as deleted: its traffic leaves as it is")
def test_a_policy_that_became_invalid_keeps_what_was_programmed() -> None:
    one = Replica("ha")
    one.round()
    one.declare("ha", destinationCIDRs=["10.0.0.1/8"])
    one.round()
    assert (MADE, "ha-0") in one.kube.objects


@pytest.mark.xfail(strict=True, raises=ApiError, reason="one refused object ends the round before any status")
def test_a_policy_that_the_api_refuses_does_not_hold_up_the_others() -> None:
    one = Replica("bad", "good", egressCIDRs=["172.18.0.80/29"])
    one.kube.fail = refusing("apply", "bad-0")
    one.round()
    assert one.status("good")["groupStatuses"]


@pytest.mark.xfail(strict=True, raises=AttributeError, reason="an answer that is no JSON object ends the process")
@pytest.mark.parametrize("document", [[], None, "x"])
def test_an_answer_that_is_no_object_is_borne(document: Any) -> None:
    one = Replica("ha")
    one.controller._heard(ip_address(EAST), True, document)
    one.round()
