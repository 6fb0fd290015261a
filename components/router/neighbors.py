"""The lines of neighbors and peer groups, in the order in which FRR writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from components.router.policies import use_lines
from config.neighbor import LocalAs, Neighbor, PeerGroup, PeerSettings

# Replaces passwords in output for users.
REDACTED = "********"
_ALLOWAS_IN = 3


def group_lines(group: PeerGroup, passwords: Mapping[str, str] | None) -> Iterator[str]:
    """The lines of a peer group in `router bgp`."""
    yield f"neighbor {group.name} peer-group"
    if group.remote_as is not None:
        yield f"neighbor {group.name} remote-as {group.remote_as}"
    yield from (f"neighbor {group.name} {line}" for line in _settings(group, passwords))


def neighbor_lines(neighbor: Neighbor, passwords: Mapping[str, str] | None) -> Iterator[str]:
    """The lines of a neighbor in `router bgp`."""
    first = "interface " if neighbor.interface is not None else ""
    if neighbor.remote_as is not None:
        yield f"neighbor {neighbor.name} {first}remote-as {neighbor.remote_as}"
        first = ""
    if neighbor.peer_group is not None:
        yield f"neighbor {neighbor.name} {first}peer-group {neighbor.peer_group}"
    yield from (f"neighbor {neighbor.name} {line}" for line in _settings(neighbor, passwords))


def _settings(item: PeerSettings, passwords: Mapping[str, str] | None) -> Iterator[str]:
    if item.local_as is not None:
        yield f"local-as {_local_as(item.local_as)}"
    if item.description:
        yield f"description {item.description}"
    if item.bfd:
        yield "bfd"
    if item.password_config:
        yield f"password {REDACTED if passwords is None else passwords[item.password_config]}"
    if item.passive:
        yield "passive"
    if item.ebgp_multihop:
        yield f"ebgp-multihop {item.ebgp_multihop}"
    if item.ttl_security_hops:
        yield f"ttl-security hops {item.ttl_security_hops}"
    if item.update_source is not None:
        yield f"update-source {item.update_source}"
    if item.timers:
        yield f"timers {item.timers.keepalive} {item.timers.hold}"
        yield f"timers connect {item.timers.connect_retry}"


def _local_as(said: int | LocalAs) -> str:
    if isinstance(said, int):
        return str(said)
    return f"{said.asn}{'' if said.prepend else ' no-prepend'}{' replace-as' if said.replace else ''}"


def family_lines(name: str, item: PeerSettings) -> Iterator[str]:
    """The lines of a neighbor or a group in an address family."""
    said: list[tuple[bool | str | int | None, str]] = [
        (item.route_reflector_client, "route-reflector-client"),
        (item.next_hop_self, f"next-hop-self{' force' if item.next_hop_self == 'force' else ''}"),
        (item.as_override, "as-override"),
        (item.default_originate, f"default-originate{_with_map(item.default_originate)}"),
        (item.soft_reconfiguration_inbound, "soft-reconfiguration inbound"),
        (item.maximum_prefix, f"maximum-prefix {item.maximum_prefix}"),
        # FRR omits the number if it is the default.
        (item.allowas_in, "allowas-in" if item.allowas_in == _ALLOWAS_IN else f"allowas-in {item.allowas_in}"),
    ]
    yield from (f"neighbor {name} {line}" for on, line in said if on)
    yield from (f"neighbor {line}" for line in use_lines(name, item))


def _with_map(said: bool | str) -> str:
    return f" route-map {said}" if isinstance(said, str) else ""
