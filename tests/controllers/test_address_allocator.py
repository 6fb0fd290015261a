"""Egress IPAM: one holder an address, the same one as long as it can be, and a reason where there is none."""

from __future__ import annotations

import time
import tracemalloc
from ipaddress import ip_address, ip_network
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.net import Address, Prefix
from controllers.egress_ha.protocol.status import assigned_addresses
from controllers.egress_ha.replica.address_allocator import AddressAllocator

A, B, C = (ip_address(f"10.0.0.{n}") for n in (1, 2, 3))
Holders = dict[Address, Address]


def nets(*texts: str) -> list[Prefix]:
    return [ip_network(text) for text in texts]


def x(last: int) -> Address:
    return ip_address(f"172.18.0.{last}")


def assigned(
    cidrs: list[Prefix],
    wanted: list[Address],
    before: Holders | None = None,
    resting: list[Address] | None = None,
    **more: Any,
) -> tuple[Holders, str]:
    return AddressAllocator({"ha": before or {}}, **more).assign("ha", cidrs, wanted, resting or [])


def test_one_address_each_and_the_same_ones_next_time() -> None:
    first, short = assigned(nets("172.18.0.84/31"), [A, B])
    assert (first, short) == ({A: x(84), B: x(85)}, "")
    # Another order, another member: what is assigned stays.
    again, _ = assigned(nets("172.18.0.84/30"), [C, B, A], first)
    assert again[A] == first[A] and again[B] == first[B] and again[C] not in first.values()


@pytest.mark.parametrize(
    ("cidr", "usable"),
    [
        ("172.18.0.84/32", [84]),
        ("172.18.0.84/31", [84, 85]),
        ("172.18.0.84/30", [85, 86]),
        ("172.18.0.80/29", [81, 82, 83, 84, 85, 86]),
    ],
)
def test_every_usable_address_is_given_out_and_no_other(cidr: str, usable: list[int]) -> None:
    many = [ip_address(f"10.0.0.{n}") for n in range(1, 11)]
    result, short = assigned(nets(cidr), many)
    assert sorted(result.values(), key=int) == [x(n) for n in usable]
    assert short == f"no address for {', '.join(str(gateway) for gateway in many[len(usable) :])}"


def test_ipv6_prefixes_have_their_first_and_last_address() -> None:
    result, short = assigned(nets("fd00::8/127"), [A, B])
    assert (sorted(map(str, result.values())), short) == (["fd00::8", "fd00::9"], "")


def test_several_prefixes_are_used_up_one_after_the_other() -> None:
    assert list(assigned(nets("172.18.0.84/32", "172.18.0.90/31"), [A, B, C])[0].values()) == [x(84), x(90), x(91)]


def test_overlapping_prefixes_of_one_policy_give_no_address_twice() -> None:
    result, short = assigned(nets("172.18.0.84/31", "172.18.0.84/32", "172.18.0.84/30"), [A, B, C])
    assert sorted(result.values(), key=int) == [x(84), x(85), x(86)] and not short


def test_an_address_outside_the_prefixes_is_given_up() -> None:
    assert assigned(nets("172.18.0.86/31"), [A], {A: x(84)})[0] == {A: x(86)}


def test_what_another_gateway_may_still_have_is_not_given_and_told() -> None:
    result, short = assigned(nets("172.18.0.84/32"), [B], holders={x(84): {A}})
    assert (result, short) == ({}, "no address for 10.0.0.2: 172.18.0.84 may still be on 10.0.0.1")
    assert assigned(nets("172.18.0.84/32"), [A], holders={x(84): {A}})[0] == {A: x(84)}
    assert assigned(nets("172.18.0.84/31"), [B], holders={x(84): {A}})[0] == {B: x(85)}


def test_one_that_thaws_with_old_news_does_not_take_the_address_from_its_holder() -> None:
    """A was frozen, B has its address by now; A's first answer still tells what it had."""
    assert assigned(nets("172.18.0.84/32"), [B], {B: x(84)}, [A], holders={x(84): {A, B}})[0] == {B: x(84)}


def test_a_gateway_that_is_away_keeps_its_address_while_there_are_others() -> None:
    result, short = assigned(nets("172.18.0.84/31"), [B], {A: x(84)}, [A])
    assert (result, short) == ({A: x(84), B: x(85)}, "")


def test_what_is_needed_is_withdrawn_first_and_given_when_nobody_can_have_it() -> None:
    cidr, before = nets("172.18.0.84/32"), {A: x(84)}
    holders = {x(84): {A}}
    withdrawn, short = assigned(cidr, [B], before, [A], holders=holders)
    assert withdrawn == {} and short == "no address for 10.0.0.2: 172.18.0.84 may still be on 10.0.0.1"
    assert assigned(cidr, [B], {}, [A], holders=holders)[0] == {}
    assert assigned(cidr, [B], {}, [A])[0] == {B: x(84)}


def test_no_more_is_withdrawn_than_is_needed() -> None:
    cidr, before = nets("172.18.0.84/31"), {A: x(84), B: x(85)}
    assert assigned(cidr, [C], before, [A, B], holders={x(84): {A}, x(85): {B}})[0] == {B: x(85)}
    # A's is on its way already.
    assert assigned(cidr, [C], {B: x(85)}, [A, B], holders={x(84): {A}, x(85): {B}})[0] == {B: x(85)}


def test_nothing_new_is_given_or_withdrawn_while_too_little_is_known() -> None:
    result, short = assigned(nets("172.18.0.84/31"), [A, C], {A: x(84), B: x(85)}, [B], waiting=True)
    assert result == {A: x(84), B: x(85)} and "another controller may have assigned addresses" in short


WHO = "02:00:00:00:00:09 on eth1"


def test_a_stranger_s_address_is_passed_over_and_given_up() -> None:
    result, short = assigned(nets("172.18.0.84/31"), [A, B], conflicts={x(84): WHO})
    assert result == {B: x(85)} and "172.18.0.84 is used by 02:00:00:00:00:09 on eth1, which is no gateway" in short
    assert assigned(nets("172.18.0.84/31"), [A], {A: x(84)}, conflicts={x(84): WHO}) == ({A: x(85)}, "")


def test_at_most_three_reasons_are_given() -> None:
    _, short = assigned(nets("172.18.0.80/28"), [A], conflicts={x(n): WHO for n in range(80, 96)})
    assert short.count("which is no gateway") == 3


@pytest.mark.parametrize("cidr", ["10.0.0.0/8", "fd00::/64", "fd00::/8"])
def test_a_huge_prefix_costs_nothing_even_where_it_is_blocked_or_the_answer_is_no(cidr: str) -> None:
    network = ip_network(cidr)
    first = {network[n] for n in range(1, 200)}
    tracemalloc.start()
    began = time.process_time()
    before = {A: network[7], C: network[-2]}
    result, short = assigned([network], [A, B], before, [C], conflicts=dict.fromkeys(first, WHO))
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not short and result[C] == network[-2] and not {result[A], result[B]} & first
    assert time.process_time() - began < 1 and used < 2_000_000


def test_the_status_is_read_as_addresses() -> None:
    groups = [{"egressIPByGatewayIP": {"10.0.0.1": "172.18.0.84"}}, {}, {"egressIPByGatewayIP": None}]
    assert list(assigned_addresses({"status": {"groupStatuses": groups}})) == [(A, x(84))]
    for nothing in ({}, {"status": None}, {"status": {"groupStatuses": None}}):
        assert list(assigned_addresses(nothing)) == []
    # What somebody wrote by hand gives nothing, and ends nothing.
    wrong = [{"egressIPByGatewayIP": {"x": "172.18.0.85", "10.0.0.2": "y", "10.0.0.1": "172.18.0.84"}}]
    assert list(assigned_addresses({"status": {"groupStatuses": wrong}})) == [(A, x(84))]


# --- several policies ---


@given(st.lists(st.lists(st.integers(1, 6), max_size=6, unique=True), min_size=2, max_size=4))
def test_policies_over_the_same_prefix_share_it_and_the_oldest_is_served_first(policies: list[list[int]]) -> None:
    cidr, allocator, results = nets("172.18.0.80/29"), AddressAllocator(), []
    for number, wanted in enumerate(policies):
        results.append(allocator.assign(str(number), cidr, [ip_address(f"10.0.0.{n}") for n in wanted], [])[0])
    out = [address for result in results for address in result.values()]
    assert len(out) == len(set(out)) == min(6, sum(map(len, policies)))
    left = 6
    for wanted, result in zip(policies, results, strict=True):
        assert len(result) == min(left, len(wanted))
        left -= len(result)


@pytest.mark.parametrize("last", [86, 83])
def test_an_older_policy_that_grows_leaves_a_younger_ones_addresses_alone(last: int) -> None:
    """Whether others are free or not; and although the same gateway has them."""
    cidr = nets("172.18.0.80/29") if last == 86 else nets("172.18.0.81/32", "172.18.0.82/31")
    younger = {A: x(82), B: x(83)}
    holders = {x(81): {A}, x(82): {A}, x(83): {B}}
    allocator = AddressAllocator({"old": {A: x(81)}, "young": younger}, holders)
    older, short = allocator.assign("old", cidr, [A, B], [])
    assert older[A] == x(81) and (B in older) == (last == 86) == (not short)
    assert allocator.assign("young", cidr, [A, B], [])[0] == younger


@pytest.mark.parametrize("ready", list(permutations([A, B, C])))
def test_the_order_of_becoming_ready_does_not_matter(ready: tuple[Address, ...]) -> None:
    result: Holders = {}
    for count in range(1, len(ready) + 1):
        result, short = assigned(
            nets("172.18.0.84/30", "172.18.0.90/32"), list(ready[:count]), result, list(ready[count:])
        )
        assert not short
    assert result == {A: x(85), B: x(86), C: x(90)}


def test_a_gateway_whose_own_address_is_taken_gets_another() -> None:
    assert assigned(nets("172.18.0.84/31"), [A, B], {B: x(84)}) == ({A: x(85), B: x(84)}, "")
    # More gateways than addresses: the last one serves alone.
    assert assigned(nets("172.18.0.84/31"), [C], resting=[A, B]) == ({C: x(84)}, "")
