"""Peer config timers, pool blocks and Cilium versions."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.bgp import PeerConfig
from config.cilium import Cilium
from config.pool import Block, Pool
from config.timers import TimerProfile

PROFILES = {
    "standard": (9, 3, 120, 15),
    "fast-failover": (3, 1, 1, None),
    "graceful-upgrade": (9, 3, 5, 120),
}


def timers(**values: Any) -> tuple[int, int, int, int | None]:
    made: TimerProfile = PeerConfig.model_validate({"name": "p", **values}).timers
    return made.hold, made.keepalive, made.connect_retry, made.graceful_restart


@pytest.mark.parametrize(("profile", "expected"), PROFILES.items())
def test_a_profile_sets_all_four_timers(profile: str, expected: tuple[int, ...]) -> None:
    assert timers(profile=profile) == expected


def test_the_profile_is_standard_where_none_is_named() -> None:
    assert timers() == PROFILES["standard"]


@given(
    st.sampled_from(sorted(PROFILES)),
    st.integers(3, 65535),
    st.integers(1, 65535),
    st.integers(1, 2147483647),
    st.integers(1, 4095),
)
def test_own_values_win_over_every_profile(
    profile: str, hold: int, keepalive: int, connect_retry: int, restart: int
) -> None:
    own = {"hold": hold, "keepalive": keepalive, "connectRetry": connect_retry, "gracefulRestart": restart}
    assert timers(profile=profile, **own) == (hold, keepalive, connect_retry, restart)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({"hold": 30}, (30, 3, 120, 15)),
        ({"keepalive": 2}, (9, 2, 120, 15)),
        ({"connectRetry": 7}, (9, 3, 7, 15)),
        ({"gracefulRestart": 60}, (9, 3, 120, 60)),
    ],
    ids=str,
)
def test_an_own_value_leaves_the_others_to_the_profile(own: dict[str, int], expected: tuple[int, ...]) -> None:
    assert timers(**own) == expected


def test_graceful_restart_false_switches_it_off_and_changes_nothing_else() -> None:
    assert timers(gracefulRestart=False) == (9, 3, 120, None)


def test_graceful_restart_can_be_switched_on_where_the_profile_has_it_off() -> None:
    assert timers(profile="fast-failover", gracefulRestart=30) == (3, 1, 1, 30)


def test_graceful_restart_true_is_refused_and_not_taken_for_one_second() -> None:
    with pytest.raises(ValidationError):
        PeerConfig.model_validate({"name": "p", "gracefulRestart": True})


def test_an_override_does_not_change_the_profile_for_the_next_peer_config() -> None:
    timers(hold=30, keepalive=10, gracefulRestart=False)
    assert timers() == PROFILES["standard"]


@pytest.mark.parametrize(
    "bad",
    [
        {"hold": 2},
        {"hold": 65536},
        {"keepalive": 0},
        {"connectRetry": 0},
        {"connectRetry": 2147483648},
        {"gracefulRestart": -1},
        {"gracefulRestart": 4096},
        {"ebgpMultihop": 0},
        {"ebgpMultihop": 256},
        {"profile": "fast"},
    ],
    ids=str,
)
def test_values_beyond_what_cilium_takes_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PeerConfig.model_validate({"name": "p", **bad})


# --- pools ---


@pytest.mark.parametrize(
    "block",
    [
        {"cidr": "172.16.1.0/24"},
        {"cidr": "fd00::/64"},
        {"start": "172.16.1.5"},
        {"start": "172.16.1.5", "stop": "172.16.1.5"},
        {"start": "fd00::1", "stop": "fd00::ff"},
    ],
    ids=str,
)
def test_a_block_is_one_cidr_or_a_range(block: dict[str, str]) -> None:
    read = Block.model_validate(block)
    assert read.model_dump(mode="json", exclude_none=True) == block


@pytest.mark.parametrize(
    "block",
    [
        {},
        {"stop": "172.16.1.5"},
        {"cidr": "172.16.1.0/24", "start": "172.16.1.5"},
        {"cidr": "172.16.1.0/24", "stop": "172.16.1.5"},
        {"start": "172.16.1.6", "stop": "172.16.1.5"},
        {"start": "172.16.1.5", "stop": "fd00::1"},
        {"cidr": "172.16.1.1/24"},
    ],
    ids=str,
)
def test_a_block_that_is_neither_or_both_is_refused(block: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Block.model_validate(block)


@given(st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_a_range_is_accepted_exactly_where_stop_is_not_below_start(one: IPv4Address, two: IPv4Address) -> None:
    low, high = sorted((one, two))
    Block(start=low, stop=high)
    if low != high:
        with pytest.raises(ValidationError):
            Block(start=high, stop=low)


def test_a_pool_needs_a_block_and_takes_yes_or_no_for_the_first_and_last_address() -> None:
    blocks = [{"cidr": "172.16.1.0/24"}]
    pool = Pool.model_validate({"name": "p", "blocks": blocks, "allowFirstLastIPs": "No"})
    assert pool.allow_first_last_ips == "No"
    wrong: tuple[dict[str, Any], ...] = ({"blocks": []}, {"blocks": blocks, "allowFirstLastIPs": False})
    for bad in wrong:
        with pytest.raises(ValidationError):
            Pool.model_validate({"name": "p", **bad})


# --- Cilium's version ---


@pytest.mark.parametrize(
    ("version", "release"),
    [("1.16.0", (1, 16)), ("1.17.12", (1, 17)), ("1.18.0", (1, 18)), ("1.19.3", (1, 19)), ("1.20.0", (1, 20))],
)
def test_versions_1_16_to_1_20_are_accepted(version: str, release: tuple[int, int]) -> None:
    assert Cilium(version=version).release == release


@pytest.mark.parametrize(
    "version", ["1.15.9", "1.21.0", "2.18.0", "1.18", "v1.18.0", "1.18.0-beta.1", "1.18.0\n", "11.18.0", "latest", ""]
)
def test_other_versions_are_refused(version: str) -> None:
    with pytest.raises(ValidationError):
        Cilium(version=version)
