"""The whole frr.conf of a router, from its model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address
from pathlib import Path

import jinja2

from config.net import Prefix
from config.router import Neighbor, PeerGroup, Router

# Shown in the place of a password in artefacts for people.
REDACTED = "********"


@dataclass(frozen=True)
class _Family:
    version: int
    networks: list[Prefix]
    activate: list[str]
    inbound: list[str]


def frr_conf(router: Router, passwords: Mapping[str, str] | None = None) -> str:
    """The text of frr.conf, in the order in which FRR itself writes it.

    `passwords` maps the names that `passwordConfig` uses to values; without it they are redacted.
    """

    def settings(name: object, item: PeerGroup | Neighbor) -> str:
        lines = []
        if item.password_config:
            lines.append(f"password {REDACTED if passwords is None else passwords[item.password_config]}")
        if item.ebgp_multihop:
            lines.append(f"ebgp-multihop {item.ebgp_multihop}")
        if item.timers:
            lines.append(f"timers {item.timers.keepalive} {item.timers.hold}")
            lines.append(f"timers connect {item.timers.connect_retry}")
        return "".join(f"\n neighbor {name} {line}" for line in lines)

    return _template().render(
        router=router, bgp=router.bgp, families=_families(router), settings=settings
    )


def password_names(router: Router) -> tuple[str, ...]:
    """The configuration keys of the passwords that this router needs."""
    items: list[PeerGroup | Neighbor] = [*router.bgp.peer_groups, *router.bgp.neighbors]
    return tuple(sorted({item.password_config for item in items if item.password_config}))


def _families(router: Router) -> list[_Family]:
    bgp = router.bgp
    result = []
    for version in (4, 6):
        networks = [network for network in bgp.networks if network.version == version]
        inbound = [g.name for g in bgp.peer_groups if g.soft_reconfiguration_inbound]
        ranges = [item.peer_group for item in bgp.listen_ranges if item.prefix.version == version]
        activate = []
        if version == 6:
            # FRR activates IPv4 for every neighbor by itself, and nothing else. Neighbors of a listen range have
            # no line of their own: their group has it.
            activate = [str(n.address) for n in bgp.neighbors if isinstance(n.address, IPv6Address)]
            activate += list(dict.fromkeys(ranges))
        has_neighbors = bool(ranges) or any(n.address.version == version for n in bgp.neighbors)
        if networks or activate or (has_neighbors and (bgp.maximum_paths or inbound)):
            members = {*ranges, *(n.peer_group for n in bgp.neighbors if n.address.version == version)}
            carried = inbound if version == 4 else [name for name in inbound if name in members]
            result.append(_Family(version, networks, activate, carried))
    return result


@cache
def _template() -> jinja2.Template:
    source = Path(__file__).with_name("frr.conf.j2").read_text()
    # Configuration of a router is not HTML; an undefined name must not become an empty word.
    return jinja2.Environment(  # noqa: S701
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    ).from_string(source)
