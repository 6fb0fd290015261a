"""FRR routers: the model that the whole frr.conf is rendered from."""

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
    """An entry that says nothing but its key may be that value alone."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def _lines(value: Any) -> Any:
    """A text of several lines, or a list of lines; FRR does not mind what stands before them."""
    lines = value.splitlines() if isinstance(value, str) else value
    return [line.strip() if isinstance(line, str) else line for line in lines] if isinstance(lines, list) else lines


class BgpTimers(Model):
    """FRR's `timers bgp`, for every neighbor without its own timers, in seconds."""

    keepalive: Annotated[int, Field(ge=1, le=65535)]
    """Seconds between keepalives."""
    hold: Annotated[int, Field(ge=3, le=65535)]
    """Seconds without a word until a session ends."""


class Aggregate(Model):
    """A prefix that the router announces while it has a route inside the prefix.

    `summaryOnly` suppresses the announcement of the routes inside.
    """

    prefix: Prefix
    """The prefix that is announced."""
    summary_only: bool = False
    """Whether the routes inside are kept back."""
    as_set: bool = False
    """Whether the AS path has the AS numbers of the routes inside."""


class Redistribute(Model):
    """A source whose routes BGP announces."""

    protocol: Literal["connected", "static", "kernel", "rip", "ripng", "ospf", "ospf6", "isis", "eigrp", "babel"]
    """Where the routes come from."""
    route_map: PolicyName | None = None
    """The route map that they pass."""
    metric: Number | None = None
    """The MED that they get."""


class RouterBgp(Model):
    """`router bgp` of one router.

    An unset field has FRR's default, of the profile that `defaults` names. `updateDelay` is how many seconds a
    starting bgpd waits for all of its neighbors before it changes routes. `vrf` is a VRF that already exists on the
    router. `raw` has further lines of the block: they are kept unchanged, and only FRR checks them.
    """

    asn: ASN
    """The router's AS number (RFC 4271); asdot in quotes."""
    vrf: InterfaceName | None = None
    """A VRF that the router has already; unset: the default one."""
    defaults: Literal["traditional", "datacenter"] = "traditional"
    """Which of FRR's profiles unset values come from."""
    router_id: IPv4Address | None = None
    """The router ID (RFC 4271); unset: FRR picks one."""
    timers: BgpTimers | None = None
    """FRR's `timers bgp`, for neighbors without timers of their own."""
    graceful_restart: bool = False
    """FRR's `bgp graceful-restart` (RFC 4724)."""
    update_delay: Annotated[int, Field(ge=1, le=3600)] | None = None
    """Seconds that a starting bgpd waits for its neighbors before it touches a route."""
    ebgp_requires_policy: bool = True
    """FRR's `bgp ebgp-requires-policy` (RFC 8212); false with `defaults: datacenter`."""
    multipath_relax: bool = False
    """FRR's `bgp bestpath as-path multipath-relax`: paths of different AS numbers are joined."""
    maximum_paths: Annotated[int, Field(ge=1, le=256)] | None = None
    """FRR's `maximum-paths`: the most next hops of a route of another AS."""
    maximum_paths_ibgp: Annotated[int, Field(ge=1, le=256)] | None = None
    """FRR's `maximum-paths ibgp`: the most next hops of a route of the router's own AS."""
    networks: tuple[Prefix, ...] = ()
    """FRR's `network`: prefixes that the router announces itself."""
    aggregate_addresses: tuple[Annotated[Aggregate, _alone("prefix")], ...] = ()
    """FRR's `aggregate-address`; an entry may be the prefix alone."""
    redistribute: tuple[Annotated[Redistribute, _alone("protocol")], ...] = ()
    """FRR's `redistribute`; an entry may be the protocol alone."""
    import_check: bool = True
    """FRR's `bgp network import-check`: `networks` wait for a route of that prefix."""
    prefix_lists: tuple[PrefixList, ...] = ()
    """Prefix lists that policies refer to."""
    route_maps: tuple[RouteMap, ...] = ()
    """Route maps that policies refer to."""
    peer_groups: tuple[PeerGroup, ...] = ()
    """Settings that several neighbors share."""
    neighbors: tuple[Neighbor, ...] = ()
    """The neighbors, by address or by interface."""
    listen_ranges: tuple[ListenRange, ...] = ()
    """Prefixes from which neighbors may connect unnamed."""
    raw: Annotated[tuple[RawLine, ...], BeforeValidator(_lines)] = ()
    """Further lines of the block `router bgp`, checked by FRR alone."""

    @model_validator(mode="before")
    @classmethod
    def _of_the_profile(cls, data: Any) -> Any:
        """FRR's datacenter profile asks eBGP for no policy."""
        if (
            isinstance(data, dict)
            and data.get("defaults") == "datacenter"
            and not ({"ebgpRequiresPolicy", "ebgp_requires_policy"} & data.keys())
        ):
            return {**data, "ebgpRequiresPolicy": False}
        return data

    @property
    def default_timers(self) -> tuple[int, int]:
        """Hold time and keepalive of a neighbor that has none of its own, in seconds."""
        return (self.timers.hold, self.timers.keepalive) if self.timers is not None else self.profile_timers

    @property
    def profile_timers(self) -> tuple[int, int]:
        """Those of the profile."""
        return (9, 3) if self.defaults == "datacenter" else (180, 60)


class StaticRoute(Route):
    """A static route that the program puts into frr.conf."""

    interface: InterfaceName | None = None
    """The interface that the next hop is on."""


class Router(Model):
    """An FRR router; with `managed: false` a router of any make that somebody else configures.

    Of such a router the stack knows what it declares: every check runs, and nothing is applied. `adopt: true` lets
    the program take over a frr.conf that it did not write, where the stack has every line of it; `adopt: replace` also
    where lines are dropped. Without it a hand-written configuration is refused.
    `raw` has further lines of frr.conf outside of `router bgp`, which are kept as they are.
    """

    name: ObjectName
    """The router's name, and its host's."""
    managed: bool = True
    """Whether the program configures it; false: somebody else does."""
    interfaces: Annotated[tuple[Interface, ...], Field(min_length=1)]
    """Its network interfaces."""
    bgp: RouterBgp
    """Its `router bgp`."""
    static_routes: tuple[StaticRoute, ...] = ()
    """Static routes that the program puts into frr.conf."""
    adopt: bool | Literal["replace"] = False
    """Whether a frr.conf that somebody wrote may be taken over; `replace`: even where lines are dropped."""
    raw: Annotated[tuple[RawLine, ...], BeforeValidator(_lines)] = ()
    """Further lines of frr.conf outside of `router bgp`, checked by FRR alone."""
    ssh: SshEndpoint = SshEndpoint()
    """Where its sshd listens."""
