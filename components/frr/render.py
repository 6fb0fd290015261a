"""The whole frr.conf of a router, from its model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from components.frr import policies
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
    policies: list[str]


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
        router=router, bgp=router.bgp, families=_families(router), settings=settings, policies=policies
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
        neighbors = [n for n in bgp.neighbors if n.address.version == version]
        ranges = [item.peer_group for item in bgp.listen_ranges if item.prefix.version == version]
        members = {*ranges, *(n.peer_group for n in neighbors)}
        # FRR activates IPv4 for every neighbor by itself, and nothing else: a group without neighbors is IPv4's.
        idle = {g.name for g in bgp.peer_groups} - {n.peer_group for n in bgp.neighbors}
        idle -= {item.peer_group for item in bgp.listen_ranges}
        groups = [g for g in bgp.peer_groups if g.name in members or (version == 4 and g.name in idle)]
        # Neighbors of a listen range have no line of their own: their group has it.
        activate = [*(str(n.address) for n in neighbors), *dict.fromkeys(ranges)] if version == 6 else []
        inbound = [g.name for g in groups if g.soft_reconfiguration_inbound]
        used = [line for g in groups for line in policies.use_lines(g.name, g)]
        used += [line for n in neighbors for line in policies.use_lines(n.address, n)]
        if networks or activate or ((neighbors or ranges) and (bgp.maximum_paths or inbound or used)):
            result.append(_Family(version, networks, activate, inbound, used))
    return result


@cache
def _template() -> jinja2.Template:
    source = Path(__file__).with_name("frr.conf.j2").read_text()
    # Configuration of a router is not HTML; an undefined name must not become an empty word.
    return jinja2.Environment(  # noqa: S701
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    ).from_string(source)
