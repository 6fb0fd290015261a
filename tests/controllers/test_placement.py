"""Which gateway serves which pods: only what must move moves."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.egress import EgressGroup
from config.labels import ZONE
from controllers.egress_ha.replica.members import Member
from controllers.egress_ha.replica.placement import SLOTS, chosen, slots

numbers = st.sets(st.integers(1, 200), min_size=1, max_size=40)


def member(number: int, zone: str = "") -> Member:
    return Member(f"n{number}", ip_address(f"10.0.0.{number}"), {ZONE: zone} if zone else {})


def shares(plan: list[Member]) -> dict[str, int]:
    """Gateway -> how many slots it has."""
    return dict(Counter(member.name for member in plan))


def seen_by_agents(plan: list[Member]) -> dict[int, str]:
    """Hash of a pod -> its gateway: agents sort by address and take `hash modulo length`."""
    order = sorted(plan, key=lambda m: int(m.address))
    assert [m.name for m in order] == [m.name for m in plan]
    return {pod: order[pod % len(order)].name for pod in range(2 * SLOTS * 7)}


@given(numbers, st.data())
def test_only_the_pods_of_a_lost_gateway_move_and_they_come_back(found: set[int], data: st.DataObject) -> None:
    home = [member(n) for n in sorted(found)]
    lost = data.draw(st.sampled_from(home))
    left = [m for m in home if m is not lost]
    before, after = seen_by_agents(slots(home, home)), slots(home, left)
    if len(left) > 1:
        now = seen_by_agents(after)
        assert all(now[pod] == name for pod, name in before.items() if name != lost.name)
        assert lost.name not in now.values()
    assert seen_by_agents(slots(home, home)) == before


@given(numbers)
def test_gateways_share_evenly(found: set[int]) -> None:
    plan = slots([member(n) for n in found], [member(n) for n in found])
    parts = shares(plan).values()
    assert max(parts) - min(parts) <= 1 and len(parts) == len(found)
    assert len(plan) == (1 if len(found) == 1 else max(SLOTS, len(found)))


@given(numbers, st.data())
def test_everybody_who_serves_is_used_and_nobody_else(found: set[int], data: st.DataObject) -> None:
    home = [member(n) for n in found]
    serving = data.draw(st.lists(st.sampled_from(home), unique_by=lambda m: m.name))
    assert {m.name for m in slots(home, serving)} == {m.name for m in serving}


def test_nobody_serves_and_nobody_is_listed() -> None:
    assert slots([member(1), member(2)], []) == []


def test_strangers_share_evenly_where_no_gateway_of_the_zone_serves() -> None:
    assert shares(slots([member(1)], [member(2), member(3)])) == {"n2": 12, "n3": 12}


EAST, EAST2, WEST, NONE = member(1, "east"), member(2, "east"), member(3, "west"), member(4)
POOL = [EAST, EAST2, WEST, NONE]


@pytest.mark.parametrize(
    ("affinity", "zone", "down", "most", "expected"),
    [
        ("disabled", "east", set(), None, [EAST, EAST2, WEST, NONE]),
        ("disabled", "east", {"n1"}, 2, [EAST2, WEST]),
        ("localOnly", "east", set(), None, [EAST, EAST2]),
        ("localOnly", "east", {"n1", "n2"}, None, []),
        ("localOnly", "", set(), None, []),
        ("localOnlyFirst", "west", set(), None, [WEST]),
        ("localOnlyFirst", "west", {"n3"}, None, [EAST, EAST2, NONE]),
        ("localOnlyFirst", "", set(), None, [EAST, EAST2, WEST, NONE]),
        ("localPriority", "west", set(), None, [WEST]),
        ("localPriority", "west", set(), 2, [EAST, WEST]),
        ("localPriority", "west", {"n3"}, 2, [EAST, EAST2]),
    ],
)
def test_who_is_chosen_for_a_zone(
    affinity: str, zone: str, down: set[str], most: int | None, expected: list[Member]
) -> None:
    group = EgressGroup(max_gateway_nodes=most)
    found = chosen(group, affinity, zone, POOL, lambda m: m.name not in down)  # type: ignore[arg-type]
    assert [m.name for m in found] == [m.name for m in expected]


def test_the_present_gateways_are_preferred() -> None:
    group = EgressGroup(max_gateway_nodes=1)
    assert chosen(group, "disabled", "", POOL, lambda m: True, {str(WEST.address)}) == [WEST]
