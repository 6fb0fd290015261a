"""The lines of prefix lists, of route maps, and of their use by neighbors."""

from __future__ import annotations

from collections.abc import Iterator

from config.communities import kind_of
from config.route_policy import PolicyUse, PrefixList, PrefixListEntry, RouteMap, RouteMapEntry, RouteSet
from config.router import RouterBgp

# FRR's names for well-known communities, where they differ.
_WELL_KNOWN = {"planned-shut": "graceful-shutdown", "no-export-subconfed": "local-AS"}
# Steps between sequence numbers, which leave room for lines added by hand.
_PREFIX_LIST_STEP, _ROUTE_MAP_STEP = 5, 10


def prefix_list_line(prefixes: PrefixList, place: int, entry: PrefixListEntry) -> str:
    """The line of one entry. `place` counts from 1."""
    ge = f" ge {entry.ge}" if entry.ge is not None else ""
    le = f" le {entry.le}" if entry.le is not None else ""
    sequence = place * _PREFIX_LIST_STEP
    return f"{_family(prefixes)} prefix-list {prefixes.name} seq {sequence} {entry.action} {entry.prefix}{ge}{le}"


def route_map_lines(bgp: RouterBgp, route_map: RouteMap, place: int, entry: RouteMapEntry) -> Iterator[str]:
    """The lines of one entry with its match and set clauses. `place` counts from 1."""
    yield f"route-map {route_map.name} {entry.action} {place * _ROUTE_MAP_STEP}"
    for prefixes in bgp.prefix_lists:
        if prefixes.name == entry.match.prefix_list:
            yield f" match {_family(prefixes)} address prefix-list {prefixes.name}"
    for line in _sets(entry.set):
        yield f" set {line}"
    yield "exit"
    yield "!"


def use_lines(name: object, use: PolicyUse) -> Iterator[str]:
    """The lines of a neighbor's policies in an address family, without the word `neighbor`."""
    for word, value in (
        ("prefix-list {} in", use.prefix_list_in),
        ("prefix-list {} out", use.prefix_list_out),
        ("route-map {} in", use.route_map_in),
        ("route-map {} out", use.route_map_out),
    ):
        if value is not None:
            yield f"{name} {word.format(value)}"


def _sets(said: RouteSet) -> Iterator[str]:
    if said.as_path_prepend:
        yield f"as-path prepend {' '.join(map(str, said.as_path_prepend))}"
    standard = [_word(text) for text in said.communities if kind_of(text) != "large"]
    large = [text for text in said.communities if kind_of(text) == "large"]
    if standard:
        yield f"community {' '.join(standard)}"
    if large:
        yield f"large-community {' '.join(large)}"
    if said.local_preference is not None:
        yield f"local-preference {said.local_preference}"
    if said.med is not None:
        yield f"metric {said.med}"


def _word(community: str) -> str:
    if community.isdigit():
        return f"{int(community) >> 16}:{int(community) & 0xFFFF}"
    return _WELL_KNOWN.get(community, community)


def _family(prefixes: PrefixList) -> str:
    return "ip" if prefixes.version == 4 else "ipv6"
