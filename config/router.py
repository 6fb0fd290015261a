"""FRR routers: the model from which the whole frr.conf is rendered."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from config.base import Model
from config.neighbor import ListenRange, Neighbor, PeerGroup
from config.net import ASN, InterfaceName, ObjectName, Prefix
from config.node import Interface, Route
from config.route_policy import Number, PolicyName, PrefixList, RouteMap
from config.ssh import SshEndpoint

_RAW = r"^[!-~][ -~]{0,254}$"
PATTERNS = {_RAW: "a line of FRR's configuration in printable ASCII"}


def _without_password(line: str) -> str:
    if "password" in line.lower().split():
        raise ValueError("a line without a password, because plans show the line (set passwordConfig instead)")
    return line


RawLine = Annotated[str, Field(pattern=_RAW), AfterValidator(_without_password)]


def _alone(key: str) -> BeforeValidator:
    """An entry with only that key may be written as the plain value."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def _lines(value: Any) -> Any:
    """A text of several lines, or a list of lines. FRR ignores leading white space."""
    lines = value.splitlines() if isinstance(value, str) else value
    return [line.strip() if isinstance(line, str) else line for line in lines] if isinstance(lines, list) else lines


class BgpTimers(Model):
    """FRR's `timers bgp`, for every neighbor without its own timers, in seconds."""

    keepalive: Annotated[int, Field(ge=1, le=65535)]
    """Seconds between keepalives."""
    hold: Annotated[int, Field(ge=3, le=65535)]
    """The hold time: a session without messages ends after so many seconds."""


class Aggregate(Model):
    """A prefix that the router announces while it has a route inside the prefix.

    `summaryOnly` suppresses the announcement of the routes inside.
    """

    prefix: Prefix
    """The announced prefix."""
    summary_only: bool = False
    """Whether the announcement of the routes inside is suppressed."""
    as_set: bool = False
    """Whether the AS path contains the AS numbers of the routes inside."""


class Redistribute(Model):
    """A source whose routes BGP announces."""

    protocol: Literal["connected", "static", "kernel", "rip", "ripng", "ospf", "ospf6", "isis", "eigrp", "babel"]
    """The source of the routes."""
    route_map: PolicyName | None = None
    """The route map for the routes."""
    metric: Number | None = None
    """The MED of the routes."""


class RouterBgp(Model):
    """`router bgp` of one router.

    Unset fields have FRR's defaults of the profile in `defaults`. `updateDelay` is how many seconds a starting bgpd
    waits for all of its neighbors before it changes routes. `vrf` is a VRF that already exists on the router. `raw` has
    further lines of the block, which are kept unchanged and which only FRR checks.
    """

    asn: ASN
    """The router's AS number (RFC 4271); asdot in quotes."""
    vrf: InterfaceName | None = None
    """An existing VRF of the router; unset: the default VRF."""
    defaults: Literal["traditional", "datacenter"] = "traditional"
    """The FRR profile that provides the defaults of unset fields."""
    router_id: IPv4Address | None = None
    """The router ID (RFC 4271); unset: FRR selects one."""
    timers: BgpTimers | None = None
    """FRR's `timers bgp`, for neighbors without their own timers."""
    graceful_restart: bool = False
    """FRR's `bgp graceful-restart` (RFC 4724)."""
    update_delay: Annotated[int, Field(ge=1, le=3600)] | None = None
    """FRR's `update-delay`: seconds that a starting bgpd waits for its neighbors before it changes routes."""
    ebgp_requires_policy: bool = True
    """FRR's `bgp ebgp-requires-policy` (RFC 8212); the default is false with `defaults: datacenter`."""
    multipath_relax: bool = False
    """FRR's `bgp bestpath as-path multipath-relax`: multipath also combines paths through different AS numbers."""
    maximum_paths: Annotated[int, Field(ge=1, le=256)] | None = None
    """FRR's `maximum-paths`: the maximum number of next hops of an eBGP route."""
    maximum_paths_ibgp: Annotated[int, Field(ge=1, le=256)] | None = None
    """FRR's `maximum-paths ibgp`: the maximum number of next hops of an iBGP route."""
    networks: tuple[Prefix, ...] = ()
    """FRR's `network`: prefixes that the router announces itself."""
    aggregate_addresses: tuple[Annotated[Aggregate, _alone("prefix")], ...] = ()
    """FRR's `aggregate-address`; an entry may be the plain prefix."""
    redistribute: tuple[Annotated[Redistribute, _alone("protocol")], ...] = ()
    """FRR's `redistribute`; an entry may be the plain protocol."""
    import_check: bool = True
    """FRR's `bgp network import-check`: the router announces a prefix of `networks` only if its RIB has that prefix."""
    prefix_lists: tuple[PrefixList, ...] = ()
    """Prefix lists for the policies."""
    route_maps: tuple[RouteMap, ...] = ()
    """Route maps for the policies."""
    peer_groups: tuple[PeerGroup, ...] = ()
    """Settings that several neighbors share."""
    neighbors: tuple[Neighbor, ...] = ()
    """The neighbors, by address or by interface."""
    listen_ranges: tuple[ListenRange, ...] = ()
    """Prefixes from which dynamic neighbors may connect."""
    raw: Annotated[tuple[RawLine, ...], BeforeValidator(_lines)] = ()
    """Further lines of the block `router bgp`, which only FRR checks."""

    @model_validator(mode="before")
    @classmethod
    def _of_the_profile(cls, data: Any) -> Any:
        """FRR's datacenter profile requires no policy for eBGP."""
        if (
            isinstance(data, dict)
            and data.get("defaults") == "datacenter"
            and not ({"ebgpRequiresPolicy", "ebgp_requires_policy"} & data.keys())
        ):
            return {**data, "ebgpRequiresPolicy": False}
        return data

    @property
    def default_timers(self) -> tuple[int, int]:
        """Hold time and keepalive interval of a neighbor without its own timers, in seconds."""
        return (self.timers.hold, self.timers.keepalive) if self.timers is not None else self.profile_timers

    @property
    def profile_timers(self) -> tuple[int, int]:
        """Hold time and keepalive interval of the profile, in seconds."""
        return (9, 3) if self.defaults == "datacenter" else (180, 60)


class StaticRoute(Route):
    """A static route that the program writes to frr.conf."""

    interface: InterfaceName | None = None
    """The interface of the next hop."""


class Router(Model):
    """An FRR router, or with `managed: false` a router of any vendor that the program does not configure.

    The stack file declares the configuration of an unmanaged router: every check runs, and nothing is applied.
    `adopt: true` lets the program take over a frr.conf that it did not write, if the stack has every line of the file.
    `adopt: replace` also accepts lost lines. Without `adopt`, the program refuses to replace a foreign configuration.
    `raw` has further lines of frr.conf outside of `router bgp`, which are kept unchanged.
    """

    name: ObjectName
    """The name of the router and of its host."""
    managed: bool = True
    """Whether the program configures the router."""
    interfaces: Annotated[tuple[Interface, ...], Field(min_length=1)]
    """The network interfaces."""
    bgp: RouterBgp
    """The block `router bgp`."""
    static_routes: tuple[StaticRoute, ...] = ()
    """Static routes that the program writes to frr.conf."""
    adopt: bool | Literal["replace"] = False
    """Whether the program may take over a frr.conf that it did not write; `replace`: even if lines are lost."""
    raw: Annotated[tuple[RawLine, ...], BeforeValidator(_lines)] = ()
    """Further lines of frr.conf outside of `router bgp`, which only FRR checks."""
    ssh: SshEndpoint = SshEndpoint()
    """The SSH endpoint of the host."""
