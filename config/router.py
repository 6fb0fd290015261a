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
        raise ValueError("a line without a password: it would stand in plans (passwordConfig names a secret)")
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
    hold: Annotated[int, Field(ge=3, le=65535)]


class Aggregate(Model):
    """A prefix that the router announces while it has a route inside the prefix.

    `summaryOnly` suppresses the announcement of the routes inside.
    """

    prefix: Prefix
    summary_only: bool = False
    as_set: bool = False


class Redistribute(Model):
    """A source whose routes BGP announces."""

    protocol: Literal["connected", "static", "kernel", "rip", "ripng", "ospf", "ospf6", "isis", "eigrp", "babel"]
    route_map: PolicyName | None = None
    metric: Number | None = None


class RouterBgp(Model):
    """`router bgp` of one router.

    An unset field has FRR's default, of the profile that `defaults` names. `updateDelay` is how many seconds a
    starting bgpd waits for all of its neighbors before it changes routes. `vrf` is a VRF that already exists on the
    router. `raw` has further lines of the block: they are kept unchanged, and only FRR checks them.
    """

    asn: ASN
    vrf: InterfaceName | None = None
    defaults: Literal["traditional", "datacenter"] = "traditional"
    router_id: IPv4Address | None = None
    timers: BgpTimers | None = None
    graceful_restart: bool = False
    update_delay: Annotated[int, Field(ge=1, le=3600)] | None = None
    ebgp_requires_policy: bool = True
    multipath_relax: bool = False
    maximum_paths: Annotated[int, Field(ge=1, le=256)] | None = None
    maximum_paths_ibgp: Annotated[int, Field(ge=1, le=256)] | None = None
    networks: tuple[Prefix, ...] = ()
    aggregate_addresses: tuple[Annotated[Aggregate, _alone("prefix")], ...] = ()
    redistribute: tuple[Annotated[Redistribute, _alone("protocol")], ...] = ()
    import_check: bool = True
    prefix_lists: tuple[PrefixList, ...] = ()
    route_maps: tuple[RouteMap, ...] = ()
    peer_groups: tuple[PeerGroup, ...] = ()
    neighbors: tuple[Neighbor, ...] = ()
    listen_ranges: tuple[ListenRange, ...] = ()
    raw: Annotated[tuple[RawLine, ...], BeforeValidator(_lines)] = ()

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


class Router(Model):
    """An FRR router; with `managed: false` a router of any make that somebody else configures.

    Of such a router the stack knows what it declares: every check runs, and nothing is applied. `adopt: true` lets
    the program take over a frr.conf that it did not write, where the stack has every line of it; `adopt: replace` also
    where lines are dropped. Without it a hand-written configuration is refused.
    `raw` has further lines of frr.conf outside of `router bgp`, which are kept as they are.
    """

    name: ObjectName
    managed: bool = True
    interfaces: Annotated[tuple[Interface, ...], Field(min_length=1)]
    bgp: RouterBgp
    static_routes: tuple[StaticRoute, ...] = ()
    adopt: bool | Literal["replace"] = False
    raw: Annotated[tuple[RawLine, ...], BeforeValidator(_lines)] = ()
    ssh: SshEndpoint = SshEndpoint()
