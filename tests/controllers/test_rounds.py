"""Decisions over several policies and groups, one after another as the world changes."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.labels import HOSTNAME
from controllers.egress_ha.replica.address_allocator import AddressAllocator
from controllers.egress_ha.replica.decision import Decision, decide
from controllers.egress_ha.replica.members import DRAIN, members
from controllers.egress_ha.replica.observations import Observations
from tests.controllers.test_decision import EAST, NODES, OLD, WEST, allocator, decided, gateways, node, policy, used

SATISFIED = "cilium-edge.io/IPAMRequestSatisfied"


def group(*names: str, **more: Any) -> dict[str, Any]:
    expression = {"key": HOSTNAME, "operator": "In", "values": list(names)}
    return {"nodeSelector": {"matchExpressions": [expression]}, **more}


def test_the_status_of_each_group_has_its_own_gateways() -> None:
    """Affinity is a group's own matter: one without a gateway in the zone helps from another zone."""
    one = decided(policy(OLD, egressGroups=[group("w3", interface="eth1"), group("w4")], egressCIDRs=[]))
    assert one.status == {
        "observedGeneration": 3,
        "groupStatuses": [
            {"activeGatewayIPs": [ip], "healthyGatewayIPs": [ip], "activeGatewayIPsByAZ": {"east": [ip], "west": [ip]}}
            for ip in (EAST, WEST)
        ],
    }
    entries = [e for made in one.policies or () for e in made["spec"]["egressGateways"]]
    found = {(e["nodeSelector"]["matchLabels"][HOSTNAME], e.get("interface")) for e in entries}
    assert found == {("w3", "eth1"), ("w4", None)}


def test_a_node_of_two_groups_is_used_as_the_first_says() -> None:
    groups = [group("w3", interface="eth1"), group("w3", "w4", interface="eth2")]
    one = decided(policy(egressGroups=groups, egressCIDRs=[], azAffinity="disabled"))
    [made] = one.policies or []
    found = {(e["nodeSelector"]["matchLabels"][HOSTNAME], e["interface"]) for e in made["spec"]["egressGateways"]}
    assert found == {("w3", "eth1"), ("w4", "eth2")}


def test_each_group_has_its_own_limit() -> None:
    nodes = [*NODES, node("w5", "172.18.0.9", "west", True), node("w6", "172.18.0.10", "west", True)]
    groups = [group("w3", "w4", maxGatewayNodes=1), group("w5", "w6", maxGatewayNodes=1)]
    item = policy(egressGroups=groups, egressCIDRs=[], azAffinity="disabled")
    serving = {m.address: True for m in members(nodes).values()}
    (one,) = decide([item], Observations(members(nodes), serving), AddressAllocator())
    assert {name for name, _ in used(one)} == {"w3", "w5"}
    assert [g["healthyGatewayIPs"] for g in one.status["groupStatuses"]] == [
        [EAST, WEST],
        ["172.18.0.9", "172.18.0.10"],
    ]


def test_too_few_addresses_are_a_condition_with_a_reason() -> None:
    one = decided(policy(egressCIDRs=["172.18.0.84/32"], azAffinity="disabled"), holding={EAST: ("172.18.0.84",)})
    assert used(one) == {("w3", "172.18.0.84")}
    assert one.status["conditions"] == [
        {
            "type": SATISFIED,
            "status": "False",
            "reason": "AddressesExhausted",
            "observedGeneration": 3,
            "message": f"no address for {WEST}",
        }
    ]
    assert one.status["groupStatuses"] == [
        {"activeGatewayIPs": [EAST], "healthyGatewayIPs": [EAST, WEST], "egressIPByGatewayIP": {EAST: "172.18.0.84"}}
    ]


def test_a_drained_gateway_serves_until_the_other_has_its_address() -> None:
    spec: dict[str, Any] = {
        "egressCIDRs": ["172.18.0.84/31"],
        "azAffinity": "disabled",
        "egressGroups": [group("w3", "w4", maxGatewayNodes=1)],
    }
    old = {"groupStatuses": [{"activeGatewayIPs": [EAST], "egressIPByGatewayIP": {EAST: "172.18.0.84"}}]}
    nodes = [*NODES[:2], node("w3", EAST, "east", True, annotations={DRAIN: "true"}), NODES[3]]
    first = decided(policy(old, **spec), holding={EAST: ("172.18.0.84",)}, nodes=nodes)
    assert first.policies is None
    assert first.status["groupStatuses"][0]["egressIPByGatewayIP"] == {EAST: "172.18.0.84", WEST: "172.18.0.85"}
    holding = {EAST: ("172.18.0.84",), WEST: ("172.18.0.85",)}
    assert used(decided(policy(first.status, **spec), holding=holding, nodes=nodes)) == {("w4", "172.18.0.85")}


def test_below_1_18_there_is_one_object_without_zones_whatever_the_affinity() -> None:
    for affinity in ("disabled", "localOnly", "localOnlyFirst", "localPriority"):
        one = decided(policy(OLD, azAffinity=affinity), down=(EAST,), lists=False)
        assert gateways(one) == {"ha-0": [("w4", "172.18.0.85")]}
        assert "activeGatewayIPsByAZ" not in one.status["groupStatuses"][0]


def test_a_policy_whose_groups_select_nobody_drops() -> None:
    one = decided(policy(egressGroups=[group("nobody")]))
    assert gateways(one) == {"ha-0": [("-", None)]} and one.notes == ["no gateway serves"]
    assert one.status["groupStatuses"] == [
        {"activeGatewayIPs": [], "healthyGatewayIPs": [], "activeGatewayIPsByAZ": {"east": [], "west": []}}
    ]


@pytest.mark.parametrize("affinity", ["disabled", "localOnly", "localOnlyFirst", "localPriority"])
def test_pods_of_every_zone_are_covered(affinity: str) -> None:
    nodes = [*NODES, node("w5", "172.18.0.9", "north"), node("w6", "172.18.0.10", None)]
    one = decided(policy(OLD, azAffinity=affinity), nodes=nodes)
    zones = {name.split("-")[1] for name in gateways(one)}
    assert zones == ({"0"} if affinity == "disabled" else {"east", "west", "north", "nozone"})
    for name, found in gateways(one).items():
        alone = affinity == "localOnly" and name.split("-")[1] in ("north", "nozone")
        assert (found == [("-", None)]) is alone


@given(st.lists(st.tuples(st.sets(st.sampled_from([EAST, WEST])), st.booleans()), min_size=1, max_size=8))
def test_a_policy_settles_and_never_names_a_gateway_without_its_address(rounds: list[tuple[set[str], bool]]) -> None:
    """Two policies over one prefix while gateways come and go; each holds what the last status gave it."""
    status: dict[str, Any] = {}
    for down, still in rounds:
        held: dict[str, set[str]] = {EAST: set(), WEST: set()}
        for one in status.values():
            for gateway, address in one["groupStatuses"][0].get("egressIPByGatewayIP", {}).items():
                held[gateway] |= set() if still else {address}
        serving = {ip_address(a): a not in down for a in (EAST, WEST)}
        found = run(status, serving, held)
        again = run({d.declared.policy.name: d.status for d in found}, serving, held)
        assert [d.status for d in again] == [d.status for d in found]
        out = [a for d in found for a in d.status["groupStatuses"][0].get("egressIPByGatewayIP", {}).values()]
        assert len(out) == len(set(out))
        for one in found:
            for name, address in used(one) - {("-", None)}:
                gateway = {"w3": EAST, "w4": WEST}[name]
                assert gateway not in down and address in held[gateway]
        status = {d.declared.policy.name: d.status for d in found}


def run(status: dict[str, Any], serving: Any, held: Any) -> list[Decision]:
    items = [policy(status.get(n), name=n, created=n, egressCIDRs=["172.18.0.80/29"]) for n in ("1-old", "2-new")]
    return decide(items, Observations(members(NODES), serving), allocator(items, held))
