"""What prefix lists and route maps make of a route."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import IPv4Network, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from config.net import Prefix
from config.route_filter import anything_of, has_policy, passed
from config.route_policy import PolicyUse
from config.router import RouterBgp
from tests.config.dev_stack import dev_stack


def wrong(change: Callable[[dict[str, Any]], object]) -> str:
    with pytest.raises(ConfigError) as caught:
        dev_stack(change)
    return str(caught.value)


POOLS = {
    "name": "POOLS",
    "entries": [
        {"prefix": "172.16.9.0/24", "le": 32, "action": "deny"},
        {"prefix": "172.16.0.0/16", "ge": 24, "le": 32},
    ],
}


def bgp(*lists: Any, maps: Any = ()) -> RouterBgp:
    return RouterBgp.model_validate({"asn": 65000, "prefixLists": list(lists), "routeMaps": list(maps)})


@pytest.mark.parametrize(
    ("prefix", "there"),
    [
        ("172.16.1.1/32", True),
        ("172.16.1.0/24", True),
        ("172.16.0.0/16", False),
        ("172.16.9.1/32", False),
        ("172.17.0.0/24", False),
        ("fd00::/64", False),
    ],
)
def test_the_first_entry_that_fits_decides(prefix: str, there: bool) -> None:
    use = PolicyUse(prefix_list_in="POOLS")
    assert (passed(bgp(POOLS), use, "in", ip_network(prefix)) is not None) is there
    assert passed(bgp(POOLS), use, "out", ip_network(prefix)) is not None


def test_an_entry_without_lengths_is_its_prefix_alone() -> None:
    exact = bgp({"name": "ONE", "entries": [{"prefix": "172.16.1.0/24"}]})
    use = PolicyUse(prefix_list_in="ONE")
    assert passed(exact, use, "in", ip_network("172.16.1.0/24")) is not None
    assert passed(exact, use, "in", ip_network("172.16.1.1/32")) is None
    assert not anything_of(exact, use, "in", ip_network("172.16.1.0/24"), 32)


def test_a_route_map_sets_what_its_first_fitting_entry_says_and_denies_the_rest() -> None:
    found = bgp(
        POOLS,
        maps=[
            {
                "name": "IN",
                "entries": [{"match": {"prefixList": "POOLS"}, "set": {"localPreference": 200}}, {"action": "deny"}],
            }
        ],
    )
    use = PolicyUse(route_map_in="IN")
    said = passed(found, use, "in", ip_network("172.16.1.1/32"))
    assert said is not None and said.local_preference == 200
    assert passed(found, use, "in", ip_network("10.0.0.0/8")) is None
    assert passed(bgp(), use, "in", ip_network("10.0.0.0/8")) is None


def test_a_policy_is_of_one_direction() -> None:
    assert has_policy(PolicyUse(route_map_in="X"), "in") and not has_policy(PolicyUse(route_map_in="X"), "out")
    assert has_policy(PolicyUse(prefix_list_out="X"), "out") and not has_policy(PolicyUse(), "in")


prefixes = st.builds(
    lambda number, length: IPv4Network((number >> (32 - length) << (32 - length), length)),
    st.integers(0x0A000000, 0x0A0000FF),
    st.integers(24, 32),
)


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    prefix = draw(prefixes)
    ends = draw(st.lists(st.integers(prefix.prefixlen, 32), max_size=2).map(sorted))
    names = {0: (), 1: draw(st.sampled_from((("ge",), ("le",)))), 2: ("ge", "le")}[len(ends)]
    return {
        "prefix": str(prefix),
        "action": draw(st.sampled_from(("permit", "deny"))),
        **dict(zip(names, ends, strict=True)),
    }


@given(st.lists(entries(), min_size=1, max_size=4), prefixes, st.integers(24, 32))
def test_whether_anything_passes_is_what_asking_for_each_prefix_says(said: Any, block: Prefix, length: int) -> None:
    router, use = bgp({"name": "L", "entries": said}), PolicyUse(prefix_list_in="L")

    def inside() -> Iterator[Prefix]:
        yield from block.subnets(new_prefix=length) if length >= block.prefixlen else ()

    assert anything_of(router, use, "in", block, length) == any(
        passed(router, use, "in", prefix) is not None for prefix in inside()
    )


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"prefixLists": [{"name": "L", "entries": [{"prefix": "10.0.0.0/24", "ge": 16}]}]}, "prefix length <= ge"),
        (
            {"prefixLists": [{"name": "L", "entries": [{"prefix": "10.0.0.0/24", "ge": 30, "le": 28}]}]},
            "prefix length <=",
        ),
        ({"prefixLists": [{"name": "L", "entries": [{"prefix": "10.0.0.0/24", "le": 33}]}]}, "<= 32"),
        (
            {"prefixLists": [{"name": "L", "entries": [{"prefix": "10.0.0.0/24"}, {"prefix": "fd00::/64"}]}]},
            "one family",
        ),
        ({"prefixLists": [{"name": "L", "entries": []}]}, "at least one entry"),
        ({"routeMaps": [{"name": "a b", "entries": [{}]}]}, "a name of letters"),
        ({"routeMaps": [{"name": "M", "entries": [{"set": {"communities": ["65000:70000"]}}]}]}, "a community such as"),
        (
            {"routeMaps": [{"name": "M", "entries": [{"match": {"prefixList": "X"}}]}]},
            "a declared prefix list (none is declared",
        ),
        ({"routeMaps": [{"name": "M", "entries": [{}]}, {"name": "M", "entries": [{}]}]}, "each name once"),
    ],
)
def test_what_frr_would_not_take_is_refused(edit: dict[str, Any], told: str) -> None:
    assert told in wrong(lambda stack: stack["routers"][0]["bgp"].update(edit))


def test_a_name_that_is_not_declared_is_refused_where_it_is_used() -> None:
    def undeclared(stack: Any) -> None:
        stack["routers"][0]["bgp"]["peerGroups"][0]["routeMapIn"] = "NONE"
        stack["routers"][0]["bgp"]["neighbors"][0]["prefixListOut"] = "NONE"

    said = wrong(undeclared)
    assert "routers[0].bgp.peerGroups[0].routeMapIn: expected a declared route map (none is declared), got NONE" in said
    assert "routers[0].bgp.neighbors[0].prefixListOut: expected a declared prefix list" in said
