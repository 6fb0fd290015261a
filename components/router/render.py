"""Renders the whole frr.conf of a router from its model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import jinja2

from components.router import policies
from components.router.neighbors import family_lines, group_lines, neighbor_lines
from config.neighbor import Neighbor, PeerGroup
from config.router import Redistribute, Router

# Protocols with routes of only one address family.
_OF_ONE_FAMILY = {"rip": 4, "ospf": 4, "eigrp": 4, "ripng": 6, "ospf6": 6}


@dataclass(frozen=True)
class _Family:
    version: int
    lines: list[str]


def frr_conf(router: Router, passwords: Mapping[str, str] | None = None) -> str:
    """The text of frr.conf, in the order that FRR itself writes.

    `passwords` maps the names in `passwordConfig` to values. Without it, passwords are redacted.
    """
    bgp = router.bgp
    peers = [line for group in bgp.peer_groups for line in group_lines(group, passwords)]
    peers += [line for neighbor in bgp.neighbors for line in neighbor_lines(neighbor, passwords)]
    return _template().render(router=router, bgp=bgp, families=list(_families(router)), peers=peers, policies=policies)


def password_names(router: Router) -> tuple[str, ...]:
    """The configuration keys of the router's passwords."""
    items: list[PeerGroup | Neighbor] = [*router.bgp.peer_groups, *router.bgp.neighbors]
    return tuple(sorted({item.password_config for item in items if item.password_config}))


def daemons(router: Router) -> tuple[str, ...]:
    """The daemons of FRR that the configuration needs."""
    items: list[PeerGroup | Neighbor] = [*router.bgp.peer_groups, *router.bgp.neighbors]
    return ("bgpd", *(("bfdd",) if any(item.bfd for item in items) else ()))


def _families(router: Router) -> Iterator[_Family]:
    for version in (4, 6):
        own, neighbors = list(_own(router, version)), list(_neighbors(router, version))
        if not (own or neighbors or _speaks(router, version)):
            continue
        lines = [*own, *_redistributed(router, version), *neighbors, *_multipath(router)]
        if lines:
            yield _Family(version, lines)


def _own(router: Router, version: int) -> Iterator[str]:
    yield from (f"network {network}" for network in router.bgp.networks if network.version == version)
    for item in router.bgp.aggregate_addresses:
        if item.prefix.version == version:
            yield (
                f"aggregate-address {item.prefix}{' as-set' if item.as_set else ''}"
                f"{' summary-only' if item.summary_only else ''}"
            )


def _redistributed(router: Router, version: int) -> Iterator[str]:
    for item in router.bgp.redistribute:
        if _OF_ONE_FAMILY.get(item.protocol, version) == version:
            yield f"redistribute {_redistribute(item)}"


def _redistribute(item: Redistribute) -> str:
    metric = f" metric {item.metric}" if item.metric is not None else ""
    return f"{item.protocol}{metric}{f' route-map {item.route_map}' if item.route_map else ''}"


def _multipath(router: Router) -> Iterator[str]:
    if router.bgp.maximum_paths:
        yield f"maximum-paths {router.bgp.maximum_paths}"
    if router.bgp.maximum_paths_ibgp:
        yield f"maximum-paths ibgp {router.bgp.maximum_paths_ibgp}"


def _neighbors_of(router: Router, version: int) -> list[Neighbor]:
    """The neighbors of a family. An unnumbered neighbor supports both families, and has those that the router has."""
    other = any(network.version != version for network in router.bgp.networks)
    return [
        n
        for n in router.bgp.neighbors
        if (n.address.version == version if n.address is not None else version == 4 or other)
    ]


def _ranges(router: Router, version: int) -> list[str]:
    return [item.peer_group for item in router.bgp.listen_ranges if item.prefix.version == version]


def _speaks(router: Router, version: int) -> bool:
    """Whether the router has neighbors or listen ranges of the family."""
    return bool(_neighbors_of(router, version) or _ranges(router, version))


def _neighbors(router: Router, version: int) -> Iterator[str]:
    bgp, neighbors, ranges = router.bgp, _neighbors_of(router, version), _ranges(router, version)
    members = {*ranges, *(n.peer_group for n in neighbors)}
    # By default, FRR activates only IPv4 for every neighbor. A group without neighbors therefore belongs to IPv4.
    idle = {g.name for g in bgp.peer_groups} - {n.peer_group for n in bgp.neighbors}
    idle -= {item.peer_group for item in bgp.listen_ranges}
    groups = [g for g in bgp.peer_groups if g.name in members or (version == 4 and g.name in idle)]
    if version == 6:
        # Dynamic neighbors have no line of their own. Their group is activated.
        yield from (f"neighbor {name} activate" for name in (*(n.name for n in neighbors), *dict.fromkeys(ranges)))
    if neighbors or ranges or any(network.version == version for network in bgp.networks):
        both: list[PeerGroup | Neighbor] = [*groups, *neighbors]
        yield from chain.from_iterable(family_lines(item.name, item) for item in both)


@cache
def _template() -> jinja2.Template:
    source = Path(__file__).with_name("frr.conf.j2").read_text()
    # The configuration of a router is not HTML. An undefined name must not become an empty word.
    return jinja2.Environment(  # noqa: S701
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    ).from_string(source)
