"""From what is observed to policies and status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from config.labels import HOSTNAME, ZONE
from controllers.egress_ha.protocol.status import assigned_addresses
from controllers.egress_ha.replica.address_allocator import AddressAllocator
from controllers.egress_ha.replica.cilium_policies import OF_ZONE
from controllers.egress_ha.replica.decision import Decision, decide
from controllers.egress_ha.replica.declared_policy import DeclaredPolicy, PolicyReader
from controllers.egress_ha.replica.members import DRAIN, members
from controllers.egress_ha.replica.observations import Observations
from controllers.egress_ha.replica.policy_status import with_transition_times

EAST, WEST = "172.18.0.4", "172.18.0.6"
OLD = {
    "groupStatuses": [
        {
            "activeGatewayIPs": [EAST, WEST],
            "healthyGatewayIPs": [EAST, WEST],
            "egressIPByGatewayIP": {EAST: "172.18.0.84", WEST: "172.18.0.85"},
        }
    ]
}
HOLDING = {EAST: ("172.18.0.84",), WEST: ("172.18.0.85",)}


def node(name: str, address: str, zone: str | None, gateway: bool = False, **metadata: Any) -> dict[str, Any]:
    labels = ({"egress-gw": "true"} if gateway else {}) | ({ZONE: zone} if zone else {})
    return {
        "metadata": {"name": name, "labels": labels, **metadata},
        "status": {"addresses": [{"type": "InternalIP", "address": address}]},
    }


NODES = [
    node("w1", "172.18.0.3", "east"),
    node("w2", "172.18.0.2", "west"),
    node("w3", EAST, "east", True),
    node("w4", WEST, "west", True),
]


def policy(status: Any = None, name: str = "ha", created: str = "1", **spec: Any) -> DeclaredPolicy:
    base = {
        "selectors": [{"podSelector": {"matchLabels": {"org": "sds"}}}],
        "destinationCIDRs": ["172.18.0.8/32"],
        "azAffinity": "localOnlyFirst",
        "egressCIDRs": ["172.18.0.84/31"],
        "egressGroups": [{"nodeSelector": {"matchLabels": {"egress-gw": "true"}}}],
    }
    metadata = {"name": name, "uid": "u", "generation": 3, "creationTimestamp": created}
    item = {"metadata": metadata, "spec": {**base, **spec}, "status": status or {}}
    found = PolicyReader().declared(item)
    assert isinstance(found, DeclaredPolicy), found
    return found


def decided(
    item: DeclaredPolicy,
    down: tuple[str, ...] = (),
    holding: Mapping[str, tuple[str, ...]] = HOLDING,
    nodes: list[Any] = NODES,
    lists: bool = True,
    cut: dict[str, str] | None = None,
    unready: tuple[str, ...] = (),
) -> Decision:
    serving = {ip_address(a): a not in down for a in (EAST, WEST)}
    without = {ip_address(a): frozenset({ip_network(prefix)}) for a, prefix in (cut or {}).items()}
    observed = Observations(
        members(nodes),
        serving,
        frozenset(a for a in serving if serving[a]),
        lists,
        without,
        frozenset(map(ip_address, unready)),
    )
    (one,) = decide([item], observed, allocator([item], holding))
    return one


def allocator(items: list[DeclaredPolicy], holding: Mapping[str, Any]) -> AddressAllocator:
    """What the policies' status gives, and what gateways say that they have."""
    statuses = {item.policy.name: dict(assigned_addresses({"status": item.status})) for item in items}
    held = {ip_address(g): frozenset(map(ip_address, a)) for g, a in holding.items()}
    holders: dict[Any, set[Any]] = {}
    assigned: list[Mapping[Any, Iterable[Any]]] = [{g: {a} for g, a in one.items()} for one in statuses.values()]
    for mapping in (*assigned, held):
        for gateway, addresses in mapping.items():
            for address in addresses:
                holders.setdefault(address, set()).add(gateway)
    return AddressAllocator(statuses, holders, held)


def gateways(one: Decision) -> dict[str, list[tuple[str, str | None]]]:
    """POLICY[-ZONE]-INDEX -> the distinct (node, egress IP) of its entries."""
    result = {}
    for manifest in one.policies or ():
        entries = manifest["spec"].get("egressGateways") or [manifest["spec"]["egressGateway"]]
        pairs = [(e["nodeSelector"]["matchLabels"].get(HOSTNAME, "-"), e.get("egressIP")) for e in entries]
        result[plain(manifest)] = list(dict.fromkeys(pairs))
    return result


def plain(manifest: dict[str, Any]) -> str:
    """An object's name without the mark that keeps it apart from others."""
    name = str(manifest["metadata"]["name"])
    return name.rpartition("-")[0] if OF_ZONE in manifest["metadata"]["labels"] else name


def used(one: Decision) -> set[tuple[str, str | None]]:
    """Every (node, egress IP) that any policy names."""
    return {pair for pairs in gateways(one).values() for pair in pairs}


def test_each_zone_has_its_own_gateway_and_the_status_says_so() -> None:
    one = decided(policy(OLD))
    assert gateways(one) == {"ha-east-0": [("w3", "172.18.0.84")], "ha-west-0": [("w4", "172.18.0.85")]}
    assert one.status == {
        "observedGeneration": 3,
        "groupStatuses": [
            {
                "activeGatewayIPs": [EAST, WEST],
                "healthyGatewayIPs": [EAST, WEST],
                "activeGatewayIPsByAZ": {"east": [EAST], "west": [WEST]},
                "egressIPByGatewayIP": {EAST: "172.18.0.84", WEST: "172.18.0.85"},
            }
        ],
        "conditions": [
            {
                "type": "cilium-edge.io/IPAMRequestSatisfied",
                "status": "True",
                "reason": "Allocated",
                "message": "allocation requests satisfied",
                "observedGeneration": 3,
            }
        ],
    }


def test_pods_of_a_zone_are_selected_by_their_node() -> None:
    east = decided(policy(OLD)).policies[0]  # type: ignore[index]
    assert east["spec"]["selectors"] == [
        {"podSelector": {"matchLabels": {"org": "sds"}}, "nodeSelector": {"matchLabels": {ZONE: "east"}}}
    ]
    assert east["metadata"]["ownerReferences"][0]["uid"] == "u"


def test_a_lost_gateway_is_stood_in_for_and_keeps_its_address() -> None:
    one = decided(policy(OLD), down=(EAST,))
    assert used(one) == {("w4", "172.18.0.85")}
    (group,) = one.status["groupStatuses"]
    assert group["healthyGatewayIPs"] == [WEST] and group["egressIPByGatewayIP"][EAST] == "172.18.0.84"


def test_a_gateway_without_its_address_is_not_used_yet() -> None:
    one = decided(policy(OLD), holding={EAST: (), WEST: ("172.18.0.85",)})
    assert used(one) == {("w4", "172.18.0.85")}


def test_local_only_drops_and_says_so() -> None:
    one = decided(policy(OLD, azAffinity="localOnly"), down=(EAST,))
    assert gateways(one) == {"ha-east-0": [("-", None)], "ha-west-0": [("w4", "172.18.0.85")]}
    assert one.notes == ["zone east has no serving gateway: localOnly drops the traffic of the pods there"]


def test_what_is_programmed_stays_when_nobody_serves() -> None:
    one = decided(policy(OLD), down=(EAST, WEST))
    assert one.policies is None and one.notes == ["no gateway serves"]


def test_a_policy_that_never_had_a_gateway_lets_nothing_out() -> None:
    one = decided(policy(), down=(EAST, WEST))
    assert gateways(one) == {"ha-0": [("-", None)]}


def test_a_drained_gateway_is_healthy_for_nobody() -> None:
    nodes = [*NODES[:2], node("w3", EAST, "east", True, annotations={DRAIN: "true"}), NODES[3]]
    assert used(decided(policy(OLD), nodes=nodes)) == {("w4", "172.18.0.85")}


def test_gateways_and_pods_without_a_zone() -> None:
    nodes = [*NODES, node("w5", "172.18.0.9", None)]
    one = decided(policy(OLD), nodes=nodes)
    assert set(gateways(one)["ha-nozone-0"]) == {("w3", "172.18.0.84"), ("w4", "172.18.0.85")}
    (selector,) = next(m for m in one.policies or () if "nozone" in m["metadata"]["name"])["spec"]["selectors"]
    assert selector["nodeSelector"] == {"matchExpressions": [{"key": ZONE, "operator": "DoesNotExist"}]}


def test_without_lists_one_gateway_serves_all() -> None:
    [one] = decided(policy(OLD), lists=False).policies or []
    assert one["spec"]["egressGateway"]["nodeSelector"] == {"matchLabels": {HOSTNAME: "w3"}}
    assert "egressGateways" not in one["spec"] and "nodeSelector" not in one["spec"]["selectors"][0]


def test_a_node_that_is_being_deleted_is_no_gateway_any_more() -> None:
    nodes = [*NODES[:2], node("w3", EAST, "east", True, deletionTimestamp="now"), NODES[3]]
    assert used(decided(policy(OLD), nodes=nodes)) == {("w4", "172.18.0.85")}


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ({"interface": "net0"}, {"interface": "net0"}),
        ({}, {}),
        ({"egressIP": "172.18.0.42"}, {"egressIP": "172.18.0.42"}),
    ],
)
def test_the_groups_own_address_without_ipam(group: dict[str, str], expected: dict[str, str]) -> None:
    groups = [{"nodeSelector": {"matchLabels": {HOSTNAME: "w3"}}, **group}]
    one = decided(policy(egressGroups=groups, egressCIDRs=[], azAffinity="disabled"))
    [manifest] = one.policies or []
    entry = {k: v for k, v in manifest["spec"]["egressGateway"].items() if k != "nodeSelector"}
    assert entry == expected and "conditions" not in one.status


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"destinationCIDRs": ["x"]},
        {"destinationCIDRs": []},
        {"destinationCIDRs": ["10.0.0.0/8"], "azAffinity": "x"},
        {"destinationCIDRs": ["10.0.0.0/8"], "unheardOf": 1},
    ],
)
def test_an_object_that_is_no_policy_is_told_and_never_raises(spec: Any) -> None:
    assert isinstance(PolicyReader().declared({"metadata": {"name": "a", "uid": "u"}, "spec": spec}), str)


def test_a_condition_keeps_its_time_while_its_status_is_the_same() -> None:
    now, later = (datetime(2026, 1, 1, hour, tzinfo=UTC) for hour in (1, 2))
    true = {"conditions": [{"type": "t", "status": "True", "message": "m"}]}
    first = with_transition_times(true, {}, now)
    assert first["conditions"][0]["lastTransitionTime"] == "2026-01-01T01:00:00Z"
    assert with_transition_times(true, first, later) == first
    false = {"conditions": [{"type": "t", "status": "False", "message": "m"}]}
    assert with_transition_times(false, first, later)["conditions"][0]["lastTransitionTime"] == "2026-01-01T02:00:00Z"


def test_a_gateway_without_a_way_to_the_destination_is_not_used_for_it() -> None:
    one = decided(policy(OLD), cut={EAST: "172.18.0.8/32"})
    assert used(one) == {("w4", "172.18.0.85")}
    assert one.status["groupStatuses"][0]["healthyGatewayIPs"] == [WEST]
    assert one.notes == ["w3 has no uplink to 172.18.0.8/32"]
    # For another destination it is as good as ever.
    other = decided(policy(OLD, destinationCIDRs=["203.0.113.0/24"]), cut={EAST: "172.18.0.8/32"})
    assert used(other) == {("w3", "172.18.0.84"), ("w4", "172.18.0.85")} and other.notes == []


def test_where_no_gateway_has_a_way_all_stays_as_it_is() -> None:
    one = decided(policy(OLD), cut={EAST: "172.18.0.8/32", WEST: "172.18.0.8/32"})
    assert one.policies is None
    assert one.notes == ["w3 has no uplink to 172.18.0.8/32", "w4 has no uplink to 172.18.0.8/32", "no gateway serves"]
    # The one that answers, and flaps, is no better.
    assert decided(policy(OLD), down=(WEST,), cut={EAST: "172.18.0.8/32"}).policies is None


def test_traffic_goes_back_to_a_gateway_when_it_is_ready_and_stays_with_one_that_has_it() -> None:
    away = decided(policy(OLD), down=(EAST,)).status
    assert used(decided(policy(away), unready=(EAST,))) == {("w4", "172.18.0.85")}
    assert used(decided(policy(away))) == {("w3", "172.18.0.84"), ("w4", "172.18.0.85")}
    # An agent that starts anew has not lost what it programmed.
    for unready in ((EAST,), (EAST, WEST)):
        assert used(decided(policy(OLD), unready=unready)) == {("w3", "172.18.0.84"), ("w4", "172.18.0.85")}
    # It is better than none.
    assert used(decided(policy(away), unready=(EAST,), down=(WEST,))) == {("w3", "172.18.0.84")}
