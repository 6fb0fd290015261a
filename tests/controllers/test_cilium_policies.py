"""The objects that agents read, and what comes in from the API."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.egress import EgressGroup, EgressPolicy
from config.labels import HOSTNAME, ZONE
from controllers.egress_ha.replica.address_allocator import AddressAllocator
from controllers.egress_ha.replica.cilium_policies import OF_ZONE, OWNER, zone_policies
from controllers.egress_ha.replica.decision import Decision, decide
from controllers.egress_ha.replica.declared_policy import DeclaredPolicy, PolicyReader
from controllers.egress_ha.replica.members import Member, members
from controllers.egress_ha.replica.observations import Observations
from controllers.egress_ha.replica.policy_status import with_transition_times
from tests.controllers.test_decision import EAST, NODES, WEST, decided, node, plain, policy

LABELS = {"matchLabels": {"tier": "web"}}
FEW = {"matchExpressions": [{"key": "disk", "operator": "Exists"}]}
G1, G2 = (Member(f"g{n}", ip_address(f"10.0.0.{n}"), {}) for n in (1, 2))
UP = {ip_address(EAST): True, ip_address(WEST): True}


def made(
    zone: str | None,
    group: dict[str, Any] | None = None,
    plan: tuple[Member, ...] = (G1,),
    lists: bool = True,
    addresses: dict[Any, Any] | None = None,
    **spec: Any,
) -> list[dict[str, Any]]:
    base = {"name": "ha", "selectors": [{"podSelector": LABELS}], "destinationCIDRs": ["0.0.0.0/0"]}
    item = EgressPolicy.model_validate({**base, **spec})
    groups = {m.name: EgressGroup.model_validate(group or {}) for m in (G1, G2)}
    return list(zone_policies(item, "uid-1", zone, plan, groups, addresses or {}, lists))


@pytest.mark.parametrize(
    ("selector", "zone", "expected"),
    [
        (None, None, None),
        ({}, None, {}),
        (LABELS, None, LABELS),
        (None, "east", {"matchLabels": {ZONE: "east"}}),
        ({}, "east", {"matchLabels": {ZONE: "east"}}),
        (LABELS, "east", {"matchLabels": {"tier": "web", ZONE: "east"}}),
        (FEW, "east", {**FEW, "matchLabels": {ZONE: "east"}}),
        (None, "", {"matchExpressions": [{"key": ZONE, "operator": "DoesNotExist"}]}),
        (
            {**LABELS, **FEW},
            "",
            {
                **LABELS,
                "matchExpressions": [{"key": "disk", "operator": "Exists"}, {"key": ZONE, "operator": "DoesNotExist"}],
            },
        ),
    ],
)
def test_the_zone_is_added_to_the_selectors_own_nodes(selector: Any, zone: str | None, expected: Any) -> None:
    entry = {"podSelector": LABELS} | ({} if selector is None else {"nodeSelector": selector})
    (one,) = made(zone, selectors=[entry])
    (found,) = one["spec"]["selectors"]
    assert found.get("nodeSelector") == expected and found["podSelector"] == LABELS


def test_a_selector_for_one_zone_selects_no_pods_of_another() -> None:
    spec: dict[str, Any] = {"selectors": [{"podSelector": LABELS, "nodeSelector": {"matchLabels": {ZONE: "east"}}}]}
    [one] = decided(policy(azAffinity="localOnlyFirst", egressCIDRs=[], **spec)).policies or []
    assert one["spec"]["selectors"][0]["nodeSelector"] == {"matchLabels": {ZONE: "east"}}
    assert list(made("", **spec)) == []
    assert made(None, **spec)[0]["spec"]["selectors"][0]["nodeSelector"] == {"matchLabels": {ZONE: "east"}}


def test_an_empty_selector_is_written_and_an_absent_one_is_not() -> None:
    (one,) = made(None, selectors=[{"podSelector": {}, "namespaceSelector": {}}])
    assert one["spec"]["selectors"] == [{"podSelector": {}, "namespaceSelector": {}}]


@pytest.mark.parametrize(
    ("group", "address", "expected"),
    [
        ({}, None, {}),
        ({"interface": "eth1"}, None, {"interface": "eth1"}),
        ({"interface": "eth1", "egressIP": "172.18.0.42"}, None, {"egressIP": "172.18.0.42"}),
        ({"interface": "eth1", "egressIP": "172.18.0.42"}, "172.18.0.84", {"egressIP": "172.18.0.84"}),
        ({"interface": "eth1"}, "172.18.0.84", {"egressIP": "172.18.0.84"}),
    ],
)
def test_an_assigned_address_before_the_groups_own_before_the_interface(
    group: Any, address: str | None, expected: Any
) -> None:
    (one,) = made(None, group, addresses={G1.address: ip_address(address)} if address else {})
    assert one["spec"]["egressGateway"] == {"nodeSelector": {"matchLabels": {HOSTNAME: "g1"}}, **expected}


def test_the_list_is_there_where_there_is_more_than_one_and_agents_know_it() -> None:
    (many,), (single,), (old,) = made(None, plan=(G1, G1, G2)), made(None), made(None, plan=(G1, G2), lists=False)
    names = [e["nodeSelector"]["matchLabels"][HOSTNAME] for e in many["spec"]["egressGateways"]]
    assert names == ["g1", "g1", "g2"] and many["spec"]["egressGateway"] == many["spec"]["egressGateways"][0]
    assert "egressGateways" not in single["spec"] and "egressGateways" not in old["spec"]


def test_nobody_is_a_gateway_that_no_node_is() -> None:
    (one,) = made(None, plan=())
    (wanted,) = one["spec"]["egressGateway"]["nodeSelector"]["matchLabels"].items()
    assert all(m.labels.get(wanted[0]) != wanted[1] for m in members(NODES).values())


def test_an_object_says_whose_it_is_and_what_is_excluded() -> None:
    (one,) = made("east", excludedCIDRs=["10.0.0.0/8"], destinationCIDRs=["0.0.0.0/0", "::/0"])
    assert (one["apiVersion"], one["kind"]) == ("cilium.io/v2", "CiliumEgressGatewayPolicy")
    # The name must be the same in every process: what it was yesterday is found again.
    labels = {OWNER: "ha", OF_ZONE: "east"}
    assert one["metadata"] == {
        "name": "ha-east-0-63fc3cc5",
        "labels": labels,
        "ownerReferences": [
            {
                "apiVersion": "cilium-edge.io/v1alpha1",
                "kind": "EgressGatewayHAPolicy",
                "name": "ha",
                "uid": "uid-1",
                "controller": True,
            }
        ],
    }
    assert one["spec"]["excludedCIDRs"] == ["10.0.0.0/8"]
    assert one["spec"]["destinationCIDRs"] == ["0.0.0.0/0", "::/0"]


# --- names ---


def names(items: list[DeclaredPolicy], nodes: list[Any] = NODES) -> list[str]:
    return [m["metadata"]["name"] for one in decided_all(items, nodes) for m in one.policies or ()]


def decided_all(items: list[DeclaredPolicy], nodes: list[Any] = NODES) -> list[Decision]:
    return decide(items, Observations(members(nodes), UP), AddressAllocator())


def test_each_selector_of_each_zone_has_an_object_of_its_own() -> None:
    two = [{"podSelector": LABELS}, {"podSelector": {}}]
    items = [policy(name=n, selectors=two, egressCIDRs=[]) for n in ("a", "b")]
    found = [m for one in decided_all(items) for m in one.policies or ()]
    assert sorted(map(plain, found)) == [f"{p}-{z}-{i}" for p in "ab" for z in ("east", "west") for i in (0, 1)]
    assert len({m["metadata"]["name"] for m in found}) == 8
    # The same ones next time, whatever process asks.
    assert names(items) == [m["metadata"]["name"] for m in found]


def test_two_policies_never_write_the_same_object() -> None:
    found = names([policy(name="web", egressCIDRs=[]), policy(name="web-east", azAffinity="disabled", egressCIDRs=[])])
    assert len(found) == len(set(found))


def test_a_zone_called_nozone_is_a_zone() -> None:
    nodes = [*NODES, node("w5", "172.18.0.9", None), node("w6", "172.18.0.10", "nozone")]
    found = names([policy(egressCIDRs=[])], nodes)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("zone", ["DC1", "rack_4"])
def test_every_zone_gives_a_name_that_the_api_takes(zone: str) -> None:
    nodes = [*NODES, node("w5", "172.18.0.9", zone)]
    assert all(re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", n) for n in names([policy(egressCIDRs=[])], nodes))


# --- what comes in ---

texts = st.text(max_size=8) | st.sampled_from(["10.0.0.0/8", "172.18.0.84/31", "fd00::/64", "localOnly", "eth0", "In"])
keys = st.sampled_from(
    [
        *(f.alias or n for n, f in EgressPolicy.model_fields.items()),
        "nodeSelector",
        "matchLabels",
        "matchExpressions",
        "podSelector",
        "maxGatewayNodes",
        "egressIP",
        "key",
        "x",
    ]
)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(keys, documents, max_size=5), st.text(max_size=70))
def test_whatever_the_spec_is_the_answer_is_a_policy_or_one_line(spec: Any, name: str) -> None:
    found = PolicyReader().declared({"metadata": {"name": name, "uid": "u"}, "spec": spec})
    assert isinstance(found, DeclaredPolicy) or (found.startswith("spec.") and len(found) > len("spec.: ")), found


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"destinationCIDRs": ["10.0.0.1/8"]}, "spec.destinationCIDRs.0"),
        ({"destinationCIDRs": ["0.0.0.0/0"], "azAffinity": "near"}, "spec.azAffinity"),
        (
            {"destinationCIDRs": ["0.0.0.0/0"], "egressGroups": [{"maxGatewayNodes": 0}]},
            "spec.egressGroups.0.maxGatewayN",
        ),
        ({"destinationCIDRs": ["0.0.0.0/0"], "egressCIDRs": "172.18.0.84/31"}, "spec.egressCIDRs"),
    ],
)
def test_the_field_that_is_wrong_is_named(spec: Any, told: str) -> None:
    found = PolicyReader().declared({"metadata": {"name": "a", "uid": "u"}, "spec": spec})
    assert isinstance(found, str) and found.startswith(told)


def test_an_object_without_spec_or_status_is_borne() -> None:
    without: list[dict[str, Any]] = [{}, {"spec": None}, {"spec": []}]
    for nothing in without:
        assert (
            PolicyReader().declared({"metadata": {"name": "a", "uid": "u"}, **nothing})
            == "spec: expected an object, got none"
        )
    spec = {"destinationCIDRs": ["0.0.0.0/0"]}
    item = PolicyReader().declared({"metadata": {"name": "a", "uid": "u"}, "spec": spec, "status": None})
    assert isinstance(item, DeclaredPolicy) and (item.generation, item.created, item.status) == (0, "", {})


def test_times_of_conditions_are_kept_one_by_one() -> None:
    def said(**status: str) -> dict[str, Any]:
        return {"conditions": [{"type": kind, "status": value} for kind, value in status.items()]}

    first, second, third = (datetime(2026, 1, 1, 0, 0, n, 999, tzinfo=UTC) for n in (1, 2, 3))
    before = with_transition_times(said(a="True", b="True"), {}, first)
    now = with_transition_times(said(b="False", a="True", c="Unknown"), before, second)
    assert {c["type"]: c["lastTransitionTime"][-3:] for c in now["conditions"]} == {"a": "01Z", "b": "02Z", "c": "02Z"}
    # A condition without a time is given one; none at all are left out.
    assert with_transition_times(said(a="True"), said(a="True"), third)["conditions"][0]["lastTransitionTime"].endswith(
        ":03Z"
    )
    assert with_transition_times({"groupStatuses": []}, before, third) == {"groupStatuses": []}
