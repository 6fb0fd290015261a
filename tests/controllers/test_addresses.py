"""Egress IPAM: one holder an address, whatever happens."""

from __future__ import annotations

import time
from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from config.net import Address, Prefix
from controllers.egress_ha.addresses import Book, Report

A, B, C = (ip_address(f"10.0.0.{n}") for n in (1, 2, 3))
SILENCE = 11.0


def cidr(text: str) -> list[Prefix]:
    return [ip_network(text)]


def ip(text: str) -> Address:
    return ip_address(text)


def held(*addresses: str, age: float = 0.1, conflicts: tuple[str, ...] = ()) -> Report:
    return Report(frozenset(map(ip_address, addresses)), frozenset(map(ip_address, conflicts)), age)


def test_one_address_each_and_the_same_ones_next_time() -> None:
    first, short = Book({}, SILENCE).assign(cidr("172.18.0.84/31"), [A, B], [], {})
    assert (first, short) == ({A: ip("172.18.0.84"), B: ip("172.18.0.85")}, "")
    # Another order, another member: what is assigned stays.
    again, _ = Book({}, SILENCE).assign(cidr("172.18.0.84/30"), [C, B, A], [], first)
    assert again[A] == first[A] and again[B] == first[B] and again[C] not in first.values()


def test_too_few_addresses_are_told() -> None:
    result, short = Book({}, SILENCE).assign(cidr("172.18.0.84/32"), [A, B], [], {})
    assert result == {A: ip("172.18.0.84")} and short == "no address for 10.0.0.2"


def test_network_and_broadcast_are_left_out() -> None:
    result, short = Book({}, SILENCE).assign(cidr("172.18.0.84/30"), [A, B, C], [], {})
    assert sorted(map(str, result.values())) == ["172.18.0.85", "172.18.0.86"] and short


def test_a_silent_holder_keeps_its_address_for_a_while() -> None:
    before = {A: ip("172.18.0.84")}
    frozen = {A: held("172.18.0.84", age=SILENCE - 0.1)}
    result, short = Book(frozen, SILENCE).assign(cidr("172.18.0.84/32"), [B], [A], before)
    assert result == before and "172.18.0.84 may still be on 10.0.0.1" not in short and short
    later = {A: held("172.18.0.84", age=SILENCE + 0.1)}
    assert Book(later, SILENCE).assign(cidr("172.18.0.84/32"), [B], [A], before)[0] == {B: ip("172.18.0.84")}
    # One that said that it gave it back need not be waited for.
    assert Book({A: held()}, SILENCE).assign(cidr("172.18.0.84/32"), [B], [A], before)[0] == {B: ip("172.18.0.84")}


def test_a_gateway_that_is_away_keeps_its_address_while_there_are_others() -> None:
    before = {A: ip("172.18.0.84")}
    result, short = Book({}, SILENCE).assign(cidr("172.18.0.84/31"), [B], [A], before)
    assert (result, short) == ({A: ip("172.18.0.84"), B: ip("172.18.0.85")}, "")


def test_an_address_that_a_stranger_has_is_passed_over() -> None:
    reports = {A: held(conflicts=("172.18.0.84",))}
    result, short = Book(reports, SILENCE).assign(cidr("172.18.0.84/31"), [A, B], [], {})
    assert list(result.values()) == [ip("172.18.0.85")]
    assert "172.18.0.84 is used by a host that is no gateway" in short


def test_the_older_policy_has_its_addresses_first() -> None:
    book = Book({}, SILENCE)
    first, _ = book.assign(cidr("172.18.0.84/31"), [A], [], {})
    second, _ = book.assign(cidr("172.18.0.84/31"), [A, B], [], {A: first[A]})
    assert not set(first.values()) & set(second.values())


def test_an_address_outside_the_prefixes_is_given_up() -> None:
    result, _ = Book({}, SILENCE).assign(cidr("172.18.0.86/31"), [A], [], {A: ip("172.18.0.84")})
    assert result == {A: ip("172.18.0.86")}


def test_large_prefixes_cost_nothing() -> None:
    began = time.monotonic()
    gateways = [ip_address(f"10.0.1.{n}") for n in range(50)]
    result, short = Book({}, SILENCE).assign([*cidr("10.0.0.0/8"), *cidr("fd00::/64")], gateways, [], {})
    assert len(set(result.values())) == 50 and not short
    assert time.monotonic() - began < 2


gateways = st.lists(st.integers(1, 6), min_size=1, max_size=6, unique=True)


@given(st.lists(st.tuples(gateways, gateways, st.sets(st.integers(1, 6))), min_size=1, max_size=8),
       st.integers(27, 32))  # fmt: skip
def test_no_address_ever_has_two_holders(steps: list[tuple[list[int], list[int], set[int]]], length: int) -> None:
    """Two policies over the same prefix; gateways come and go, some fall silent with what they hold."""
    pool = cidr(str(ip_network(f"172.18.0.64/{length}", strict=False)))
    kernel: dict[Address, set[Address]] = {}
    before: list[dict[Address, Address]] = [{}, {}]
    for one, two, silent in steps:
        reports = {g: Report(frozenset(addresses)) for g, addresses in kernel.items()}
        book = Book(reports, SILENCE)
        for i, wanted in enumerate((one, two)):
            names = [ip_address(f"10.0.0.{n}") for n in wanted]
            resting = [g for g in before[i] if g not in names]
            before[i], _ = book.assign(pool, names, resting, before[i])
        assigned = [a for part in before for a in part.values()]
        assert len(assigned) == len(set(assigned))
        for gateway in {ip_address(f"10.0.0.{n}") for n in range(1, 7)}:
            mine = {part[gateway] for part in before if gateway in part}
            stuck = int(gateway) & 0xFF in silent
            # One that does not hear puts nothing on and takes nothing off.
            kernel[gateway] = kernel.get(gateway, set()) if stuck else mine
        on = [a for addresses in kernel.values() for a in addresses]
        assert len(on) == len(set(on))
