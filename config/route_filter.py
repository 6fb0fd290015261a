"""The effect of a router's prefix lists and route maps on a route, as in FRR."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from config.net import Prefix, inside
from config.route_policy import PolicyUse, PrefixList, PrefixListEntry, RouteSet
from config.router import RouterBgp

Direction = Literal["in", "out"]
_UNCHANGED = RouteSet()


def has_policy(use: PolicyUse, direction: Direction) -> bool:
    """Whether a neighbor has a policy of that direction, in the sense of FRR and RFC 8212."""
    return _list_name(use, direction) is not None or _map_name(use, direction) is not None


def passed(bgp: RouterBgp, use: PolicyUse, direction: Direction, prefix: Prefix) -> RouteSet | None:
    """The attributes set on a permitted route; None for a denied route. An undeclared name denies all routes."""
    name = _list_name(use, direction)
    if name is not None and not _permits(_prefix_list(bgp, name), prefix):
        return None
    name = _map_name(use, direction)
    if name is None:
        return _UNCHANGED
    route_map = next((item for item in bgp.route_maps if item.name == name), None)
    for entry in route_map.entries if route_map else ():
        wanted = entry.match.prefix_list
        if wanted is None or _permits(_prefix_list(bgp, wanted), prefix):
            return entry.set if entry.action == "permit" else None
    return None


def _lists_of(bgp: RouterBgp, use: PolicyUse, direction: Direction) -> Iterator[PrefixList]:
    """Every prefix list that applies to a neighbor's routes."""
    name = _map_name(use, direction)
    entries = [entry for item in bgp.route_maps if item.name == name for entry in item.entries]
    names = {_list_name(use, direction), *(entry.match.prefix_list for entry in entries)} - {None}
    return (item for item in bgp.prefix_lists if item.name in names)


def anything_of(bgp: RouterBgp, use: PolicyUse, direction: Direction, block: Prefix, length: int) -> bool:
    """Whether any prefix of that length inside a block is permitted."""
    return any(
        passed(bgp, use, direction, prefix) is not None
        for prefix in _telling(_lists_of(bgp, use, direction), block, length)
    )


def _telling(lists: Iterable[PrefixList], block: Prefix, length: int) -> Iterator[Prefix]:
    """Test prefixes of a block: if any prefix of the block is permitted, one of them is.

    The result of an entry changes only at the borders of its prefix. The prefixes next to the borders are enough.
    """
    borders = [block, *(entry.prefix for one in lists for entry in one.entries if inside(entry.prefix, block))]
    for border in borders:
        if border.prefixlen > length:
            continue
        first, last = int(border.network_address), int(border.broadcast_address)
        step = 1 << (border.max_prefixlen - length)
        for number in (first - step, first, last - step + 1, last + 1):
            if int(block.network_address) <= number <= int(block.broadcast_address):
                yield type(block)((number, length))


def _permits(found: PrefixList | None, prefix: Prefix) -> bool:
    entry = next((entry for entry in found.entries if _fits(entry, prefix)), None) if found else None
    return entry is not None and entry.action == "permit"


def _fits(entry: PrefixListEntry, prefix: Prefix) -> bool:
    low, high = entry.lengths
    return low <= prefix.prefixlen <= high and inside(prefix, entry.prefix)


def _prefix_list(bgp: RouterBgp, name: str) -> PrefixList | None:
    return next((item for item in bgp.prefix_lists if item.name == name), None)


def _list_name(use: PolicyUse, direction: Direction) -> str | None:
    return use.prefix_list_in if direction == "in" else use.prefix_list_out


def _map_name(use: PolicyUse, direction: Direction) -> str | None:
    return use.route_map_in if direction == "in" else use.route_map_out
