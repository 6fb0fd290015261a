"""What agents make of a plan, by their own algorithm, over losses, returns and joins."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address
from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from config.egress import EgressGroup
from config.labels import ZONE
from controllers.egress_ha.replica.members import Member
from controllers.egress_ha.replica.placement import SLOTS, chosen, slots
from tests.controllers.test_placement import shares

ZONES = ("", "east", "west")
AFFINITIES = ("disabled", "localOnly", "localOnlyFirst", "localPriority")
PODS = [crc32(f"10.244.{n // 250}.{n % 250}".encode()) for n in range(600)]

members = st.builds(
    lambda n, zone: Member(f"n{n}", ip_address(f"10.0.{n // 200}.{n % 200}"), {ZONE: zone} if zone else {}),
    st.integers(1, 600),
    st.sampled_from(ZONES),
)
pools = st.lists(members, min_size=1, max_size=30, unique_by=lambda m: m.name).map(
    lambda found: sorted(found, key=lambda member: int(member.address))
)


def agents(plan: list[Member]) -> list[str]:
    """The gateway of each pod."""
    order = sorted(plan, key=lambda m: int(m.address))
    return [order[pod % len(order)].name for pod in PODS]


@given(pools, st.data())
def test_losses_one_after_the_other_move_only_the_pods_of_those_lost(pool: list[Member], data: st.DataObject) -> None:
    serving = list(pool)
    for lost in data.draw(st.permutations(pool))[: len(pool) - 1]:
        before = agents(slots(pool, serving))
        serving = [m for m in serving if m is not lost]
        moved = {was for was, now in zip(before, agents(slots(pool, serving)), strict=True) if was != now}
        # A list of one has no ranges: every hash leads to it, those of its own pods too.
        assert moved <= {lost.name}


@given(pools, st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29)))
def test_the_way_by_which_gateways_were_lost_does_not_matter(pool: list[Member], one: set[int], two: set[int]) -> None:
    """A plan follows from who serves now: who is back has the pods that it had."""
    serving = [m for i, m in enumerate(pool) if i not in one]
    first = slots(pool, serving)
    slots(pool, [m for i, m in enumerate(pool) if i not in two])
    assert slots(list(reversed(pool)), list(reversed(serving))) == first


@given(pools)
def test_each_gateway_has_one_run_of_entries(pool: list[Member]) -> None:
    names = [m.name for m in slots(pool, pool)]
    runs = [name for i, name in enumerate(names) if not i or names[i - 1] != name]
    assert len(runs) == len(set(runs)) == len(pool)


@given(st.integers(2, 12))
def test_pods_are_spread_over_all(count: int) -> None:
    pool = [Member(f"n{n}", ip_address(f"10.0.0.{n}"), {}) for n in range(1, count + 1)]
    pods = Counter(agents(slots(pool, pool)))
    assert len(pods) == count and max(pods.values()) < 2.5 * min(pods.values())


def test_the_gap_of_a_lost_one_is_shared_by_both_sides() -> None:
    pool = [Member(f"n{n}", ip_address(f"10.0.0.{n}"), {}) for n in (1, 2, 3)]
    assert shares(slots(pool, [pool[0], pool[2]])) == {"n1": 12, "n3": 12}
    assert shares(slots(pool, pool[1:])) == {"n2": 16, "n3": 8}
    assert slots(pool, [pool[2]]) == [pool[2]] and slots([], []) == [] and slots([], pool[:1]) == pool[:1]


def test_order_is_that_of_numbers_and_not_of_texts() -> None:
    pool = [Member(n, ip_address(f"10.0.0.{n}"), {}) for n in ("100", "9", "20")]
    plan = slots(pool, pool)
    assert [plan[0].name, plan[SLOTS // 2].name, plan[-1].name] == ["9", "20", "100"]


@given(pools, st.sampled_from(AFFINITIES), st.sampled_from(ZONES), st.none() | st.integers(1, 5), st.data())
def test_who_is_chosen(pool: list[Member], affinity: str, zone: str, most: int | None, data: st.DataObject) -> None:
    well = set(data.draw(st.lists(st.sampled_from([m.name for m in pool]), unique=True)))
    before = data.draw(st.sets(st.sampled_from([str(m.address) for m in pool])))
    group = EgressGroup(max_gateway_nodes=most)
    found = chosen(group, affinity, zone, pool, lambda m: m.name in well, before)  # type: ignore[arg-type]
    able = [m for m in pool if m.name in well]
    local = [m for m in able if zone and m.zone == zone]
    assert {m.name for m in found} <= well and len({m.name for m in found}) == len(found)
    assert [m.address for m in found] == sorted((m.address for m in found), key=int)
    assert most is None or len(found) <= most
    fits = {
        "disabled": able,
        "localOnly": local,
        "localOnlyFirst": local or able,
        "localPriority": able if most else local or able,
    }[affinity]
    # As many as may be, and none is passed over for one that was not there before.
    assert len(found) == min(len(fits), most or len(fits))
    for given_up in fits:
        if given_up not in found and str(given_up.address) in before:
            rivals = [m for m in found if str(m.address) not in before]
            assert not rivals if affinity != "localPriority" else all(m in local for m in rivals)
    if affinity == "localPriority" and any(m not in local for m in found):
        assert {m.name for m in local} <= {m.name for m in found}
    # It settles: those who are chosen stay chosen.
    present = {str(m.address) for m in found}
    again = chosen(group, affinity, zone, pool, lambda m: m.name in well, present)  # type: ignore[arg-type]
    assert again == found
