"""A whole replica against an API in memory: what it writes, and what it leaves alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from config.egress import EgressHA
from config.errors import ApiError
from config.labels import HOSTNAME
from controllers.egress_ha.replica.controller import Controller
from tests.controllers.fake_kube import FakeKube
from tests.controllers.signed import ring
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
        self.controller = Controller(self.kube.client(), settings, "pod-a", ip_address("10.0.0.1"), ring())
        for item in NODES:
            self.controller._nodes.put(item)
        self.controller._election._until = time.monotonic() + 600
        self.controller._election.first = True
        self.hear(**{EAST: (), WEST: ()})

    def declare(self, name: str, **spec: Any) -> None:
        base = {"selectors": [{"podSelector": {}}], "destinationCIDRs": ["0.0.0.0/0"], "egressGroups": GROUPS}
        there = self.kube.objects.get((HA, name), {})
        generation = there.get("metadata", {}).get("generation", 0) + 1
        self.kube.apply(
            {
                "kind": HA,
                "metadata": {"name": name, "uid": f"u-{name}", "generation": generation},
                "spec": {**base, **spec},
                "status": there.get("status", {}),
            }
        )

    def hear(self, **held: tuple[str, ...] | None) -> None:
        for gateway, addresses in held.items():
            if addresses is None:
                self.controller._views.update_gateway(ip_address(gateway), False, None)
            else:
                self.answer(gateway, held=list(addresses))

    def answer(self, gateway: str, **state: Any) -> None:
        self.controller._views.update_gateway(ip_address(gateway), True, {"held": [], "conflicts": {}, **state})

    def round(self) -> None:
        self.controller._policies.refresh()
        self.controller._made.refresh()
        self.controller._reconcile()

    def gateways(self, name: str) -> list[str]:
        spec = self.kube.objects[(MADE, name)]["spec"]
        entries = spec.get("egressGateways") or [spec["egressGateway"]]
        return list(dict.fromkeys(e["nodeSelector"]["matchLabels"].get(HOSTNAME, "-") for e in entries))

    def events(self) -> list[str]:
        return [item["reason"] for (kind, _), item in self.kube.objects.items() if kind == "Event"]

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


def test_a_gateway_that_says_it_has_no_way_out_leaves_that_policy_alone() -> None:
    one = Replica("ha", "other")
    one.declare("other", destinationCIDRs=["203.0.113.0/24"])
    one.round()
    one.answer(EAST, cut=["203.0.113.0/24"])
    one.round()
    assert one.gateways("other-0") == ["w4"] and one.gateways("ha-0") == ["w3", "w4"]
    assert one.status("other")["groupStatuses"][0]["healthyGatewayIPs"] == [WEST]
    assert "NoGateway" in one.events()
    one.answer(EAST, cut=[])
    one.round()
    assert one.gateways("other-0") == ["w3", "w4"]


def test_a_gateway_that_comes_back_waits_until_it_says_that_it_is_ready() -> None:
    one = Replica("ha")
    one.round()
    one.hear(**{EAST: None})
    one.round()
    assert one.gateways("ha-0") == ["w4"]
    for ready, expected in ((False, ["w4"]), (True, ["w3", "w4"])):
        one.answer(EAST, ready=ready)
        one.round()
        assert one.gateways("ha-0") == expected


def test_a_lost_gateway_leaves_and_events_tell() -> None:
    one = Replica("ha")
    one.round()
    one.hear(**{EAST: None})
    one.round()
    assert one.gateways("ha-0") == ["w4"]
    assert one.events() == ["EgressGatewayLost"]
    one.hear(**{EAST: ()})
    one.round()
    one.hear(**{EAST: None})
    one.round()
    assert one.events() == ["EgressGatewayLost", "EgressGatewayServes", "EgressGatewayLost"]


def test_a_gateway_that_flapped_is_kept_waiting_unless_nobody_else_serves() -> None:
    one = Replica("ha")
    one.round()
    for answers in (None, (), None, ()):
        one.hear(**{EAST: answers})
        one.round()
    assert one.gateways("ha-0") == ["w4"]
    # A replica that just started remembers no loss: its word does not bring it back.
    peer = ip_address("10.0.0.2")
    one.controller._pods.put({"metadata": {"name": "p"}, "status": {"hostIP": str(peer)}})
    one.controller._views.update_peer(peer, True, {EAST: {"up": True}, WEST: {"up": True}})
    one.round()
    assert one.gateways("ha-0") == ["w4"]
    one.controller._views.update_peer(peer, True, {EAST: {"up": True}, WEST: {"up": False}})
    one.hear(**{WEST: None})
    one.round()
    assert one.gateways("ha-0") == ["w3"]


def test_who_does_not_lead_or_does_not_know_writes_nothing() -> None:
    one = Replica("ha")
    one.controller._election._until = 0.0
    one.round()
    one.controller._election._until = time.monotonic() + 600
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
    one.controller._views.update_peer(peer, True, {EAST: {"up": True}, WEST: {"up": True}})
    one.round()
    one.hear(**{EAST: None})
    one.round()
    assert one.gateways("ha-0") == ["w3", "w4"]
    one.controller._views.update_peer(peer, False, None)
    one.round()
    assert one.gateways("ha-0") == ["w4"]


def test_what_a_replica_saw_that_is_no_more_does_not_count() -> None:
    one = Replica("ha")
    one.controller._views.update_peer(ip_address("10.0.0.2"), True, {EAST: {"up": True}, WEST: {"up": True}})
    one.hear(**{EAST: None})
    one.round()
    assert one.gateways("ha-0") == ["w4"]


def test_when_nobody_serves_what_is_there_stays() -> None:
    one = Replica("ha")
    one.round()
    one.written()
    one.hear(**{EAST: None, WEST: None})
    one.controller._views._agreed = {}
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


def test_a_policy_that_became_invalid_keeps_what_was_programmed() -> None:
    spec: dict[str, Any] = {"egressCIDRs": ["172.18.0.84/31"]}
    one = Replica("ha", **spec)
    one.round()
    one.hear(**{EAST: ("172.18.0.84",), WEST: ("172.18.0.85",)})
    one.round()
    before = one.status("ha")["groupStatuses"]
    one.declare("ha", **spec, destinationCIDRs=["10.0.0.1/8"])
    for _ in range(3):
        one.round()
    assert one.gateways("ha-0") == ["w3", "w4"] and one.status("ha")["groupStatuses"] == before
    (wrong,) = [c for c in one.status("ha")["conditions"] if c["type"] == "cilium-edge.io/Accepted"]
    assert wrong["status"] == "False" and wrong["message"].startswith("spec.destinationCIDRs.0: ")
    assert one.events().count("Invalid") == 1
    # Its addresses are its own still.
    one.declare("other", **spec)
    one.round()
    one.hear(**{EAST: ("172.18.0.84",), WEST: ("172.18.0.85",)})
    one.round()
    assert "egressIPByGatewayIP" not in one.status("other")["groupStatuses"][0]
    one.declare("ha", **spec)
    one.round()
    assert one.status("ha")["groupStatuses"] == before
    assert [c["type"] for c in one.status("ha")["conditions"]] == ["cilium-edge.io/IPAMRequestSatisfied"]


def test_a_status_that_was_written_meanwhile_is_decided_anew() -> None:
    """By a leader before this one whose last write came late: nothing is given twice."""
    one = Replica("ha", egressCIDRs=["172.18.0.84/31"])
    refresh = one.controller._policies.refresh

    def late() -> str:
        version = refresh()
        one.controller._policies.refresh = refresh  # type: ignore[method-assign]
        group = {"egressIPByGatewayIP": {WEST: "172.18.0.84"}}
        one.kube.apply(
            {"kind": HA, "metadata": {"name": "ha"}, "status": {"groupStatuses": [group]}}, subresource="status"
        )
        return version

    one.controller._policies.refresh = late  # type: ignore[method-assign]
    one.controller._current = True
    with pytest.raises(ApiError, match="has been modified"):
        one.round()
    one.round()
    mapping = one.status("ha")["groupStatuses"][0]["egressIPByGatewayIP"]
    assert mapping == {EAST: "172.18.0.85", WEST: "172.18.0.84"}


def test_a_replica_that_leads_for_the_first_time_reads_everything_anew() -> None:
    one = Replica("ha")
    one.round()
    one.kube.calls.clear()
    one.controller._reconcile()
    assert one.kube.calls == []
    one.controller._election._until = 0.0
    one.controller._reconcile()
    one.controller._election._until = time.monotonic() + 600
    one.controller._reconcile()
    assert one.kube.called("list", HA) and one.kube.called("list", MADE)


def test_after_others_led_a_new_replica_gives_nothing_for_a_while() -> None:
    one = Replica("ha", egressCIDRs=["172.18.0.84/31"])
    one.controller._election.first = False
    one.round()
    assert "egressIPByGatewayIP" not in one.status("ha")["groupStatuses"][0]
    one.controller._ledger.began -= 12
    one.round()
    assert "egressIPByGatewayIP" in one.status("ha")["groupStatuses"][0]


def test_what_a_peer_heard_of_a_gateway_counts_as_heard() -> None:
    """A gateway that this replica cannot reach is not silent: its address is not free."""
    one = Replica("ha", egressCIDRs=["172.18.0.84/32"])
    views, peer = one.controller._views, ip_address("10.0.0.2")
    said = {"held": ["172.18.0.84"], "conflicts": {}, "seen": 3, "cut": [], "ready": True}
    views.update_peer(peer, True, {EAST: {"up": True, "age": 0.0, "report": said}, WEST: {"up": True}})
    state, when = views.states()[ip_address(EAST)]
    assert state.held == {ip_address("172.18.0.84")} and time.monotonic() - when < 1
    # Older news is no news; and what is told to the peer is what was heard.
    views.update_peer(peer, True, {EAST: {"up": True, "age": 50.0, "report": {"held": []}}})
    assert views.states()[ip_address(EAST)] == (state, when)
    assert views.document()[EAST]["report"] == said and views.document()[EAST]["age"] < 1


@pytest.mark.parametrize("junk", [None, [], {"x": {}}, {EAST: 1}, {EAST: {"age": 1, "report": {"held": [1]}}}])
def test_a_peer_that_says_what_is_no_view_has_not_answered(junk: Any) -> None:
    one = Replica("ha")
    views, peer = one.controller._views, ip_address("10.0.0.2")
    views.update_peer(peer, True, {EAST: {"up": True}})
    assert views._peers[peer].up == {ip_address(EAST): True}
    views.update_peer(peer, True, junk)
    assert views._peers[peer].up == {}


def test_a_policy_that_the_api_refuses_does_not_hold_up_the_others() -> None:
    one = Replica("bad", "good")
    one.round()
    one.kube.fail = refusing("apply", "bad-0")
    one.hear(**{EAST: None})
    with pytest.raises(ApiError, match="bad-0 is invalid"):
        one.round()
    assert one.gateways("bad-0") == ["w3", "w4"] and one.gateways("good-0") == ["w4"]
    assert one.status("good")["groupStatuses"][0]["healthyGatewayIPs"] == [WEST]


@pytest.mark.parametrize("document", [[], None, "x"])
def test_an_answer_that_is_no_object_is_borne(document: Any) -> None:
    one = Replica("ha")
    one.controller._views.update_gateway(ip_address(EAST), True, document)
    one.round()
    # Misses is one here: what is no report is no answer.
    assert one.gateways("ha-0") == ["w4"]
