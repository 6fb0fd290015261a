"""FRR routers: the model that the whole frr.conf is rendered from."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated, Literal

from pydantic import Field

from config.base import Model
from config.net import ASN, Address, InterfaceName, LabelName, Prefix
from config.node import Interface, Route
from config.route_policy import PolicyUse, PrefixList, RouteMap
from config.ssh import SshEndpoint
from config.text import SecretName

_GROUP, _DESCRIPTION = r"^[A-Za-z][A-Za-z0-9_-]{0,62}$", r"^[ -~]{1,80}$"
GroupName = Annotated[str, Field(pattern=_GROUP)]
PATTERNS = {
    _GROUP: "a name that begins with a letter, of letters, digits, dashes and underscores (63 characters at most)",
    _DESCRIPTION: "a text of 1 to 80 printable ASCII characters",
}
RemoteAs = ASN | Literal["external", "internal"]


class NeighborTimers(Model):
    """BGP timers in seconds, on the router's side."""

    keepalive: Annotated[int, Field(ge=1, le=65535)]
    hold: Annotated[int, Field(ge=3, le=65535)]
    connect_retry: Annotated[int, Field(ge=1, le=65535)] = 120


class PeerGroup(PolicyUse):
    """Settings that several neighbors share."""

    name: GroupName
    remote_as: RemoteAs
    timers: NeighborTimers | None = None
    ebgp_multihop: Annotated[int, Field(ge=1, le=255)] | None = None
    password_config: SecretName | None = None
    soft_reconfiguration_inbound: bool = False


class Neighbor(PolicyUse):
    """One neighbor. In a peer group, what is unset here comes from the group."""

    address: Address
    peer_group: GroupName | None = None
    remote_as: RemoteAs | None = None
    description: Annotated[str, Field(pattern=_DESCRIPTION)] | None = None
    timers: NeighborTimers | None = None
    ebgp_multihop: Annotated[int, Field(ge=1, le=255)] | None = None
    password_config: SecretName | None = None


class ListenRange(Model):
    """Neighbors that may connect from a prefix without being named one by one."""

    prefix: Prefix
    peer_group: GroupName


class RouterBgp(Model):
    """`router bgp` of one router. Defaults are FRR's own (traditional profile).

    `updateDelay`: seconds that a bgpd which starts waits for all of its neighbors before it touches a route.
    """

    asn: ASN
    router_id: IPv4Address | None = None
    graceful_restart: bool = False
    update_delay: Annotated[int, Field(ge=1, le=3600)] | None = None
    ebgp_requires_policy: bool = True
    multipath_relax: bool = False
    maximum_paths: Annotated[int, Field(ge=1, le=256)] | None = None
    networks: tuple[Prefix, ...] = ()
    import_check: bool = True
    prefix_lists: tuple[PrefixList, ...] = ()
    route_maps: tuple[RouteMap, ...] = ()
    peer_groups: tuple[PeerGroup, ...] = ()
    neighbors: tuple[Neighbor, ...] = ()
    listen_ranges: tuple[ListenRange, ...] = ()


class StaticRoute(Route):
    """A static route that the program puts into frr.conf."""

    interface: InterfaceName | None = None


class Router(Model):
    """An FRR router.

    `adopt: true` lets the program take over a frr.conf that it did not write; without it a
    hand-written configuration is refused.
    """

    name: LabelName
    interfaces: Annotated[tuple[Interface, ...], Field(min_length=1)]
    bgp: RouterBgp
    static_routes: tuple[StaticRoute, ...] = ()
    adopt: bool = False
    ssh: SshEndpoint = SshEndpoint()
