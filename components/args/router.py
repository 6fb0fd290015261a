"""Arguments as `config/router.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi

from components.args.neighbor import ListenRangeArgs, NeighborArgs, PeerGroupArgs
from components.args.route_policy import PrefixListArgs, RouteMapArgs


class BgpTimersArgs(TypedDict):
    """FRR's `timers bgp`, for every neighbor without its own timers, in seconds."""

    keepalive: pulumi.Input[int]
    hold: pulumi.Input[int]


class AggregateArgs(TypedDict):
    """A prefix that the router announces while it has a route inside the prefix.

    `summaryOnly` suppresses the announcement of the routes inside.
    """

    prefix: pulumi.Input[str]
    summary_only: NotRequired[pulumi.Input[bool]]
    as_set: NotRequired[pulumi.Input[bool]]


class RedistributeArgs(TypedDict):
    """A source whose routes BGP announces."""

    protocol: pulumi.Input[str]
    route_map: NotRequired[pulumi.Input[str]]
    metric: NotRequired[pulumi.Input[float]]


class RouterBgpArgs(TypedDict):
    """`router bgp` of one router.

    Unset fields have FRR's defaults of the profile in `defaults`. `updateDelay` is how many seconds a starting bgpd
    waits for all of its neighbors before it changes routes. `vrf` is a VRF that already exists on the router. `raw` has
    further lines of the block, which are kept unchanged and which only FRR checks.
    """

    asn: pulumi.Input[float]
    vrf: NotRequired[pulumi.Input[str]]
    defaults: NotRequired[pulumi.Input[str]]
    router_id: NotRequired[pulumi.Input[str]]
    timers: NotRequired[pulumi.Input[BgpTimersArgs]]
    graceful_restart: NotRequired[pulumi.Input[bool]]
    update_delay: NotRequired[pulumi.Input[int]]
    ebgp_requires_policy: NotRequired[pulumi.Input[bool]]
    multipath_relax: NotRequired[pulumi.Input[bool]]
    maximum_paths: NotRequired[pulumi.Input[int]]
    maximum_paths_ibgp: NotRequired[pulumi.Input[int]]
    networks: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    aggregate_addresses: NotRequired[pulumi.Input[list[pulumi.Input[AggregateArgs]]]]
    redistribute: NotRequired[pulumi.Input[list[pulumi.Input[RedistributeArgs]]]]
    import_check: NotRequired[pulumi.Input[bool]]
    prefix_lists: NotRequired[pulumi.Input[list[pulumi.Input[PrefixListArgs]]]]
    route_maps: NotRequired[pulumi.Input[list[pulumi.Input[RouteMapArgs]]]]
    peer_groups: NotRequired[pulumi.Input[list[pulumi.Input[PeerGroupArgs]]]]
    neighbors: NotRequired[pulumi.Input[list[pulumi.Input[NeighborArgs]]]]
    listen_ranges: NotRequired[pulumi.Input[list[pulumi.Input[ListenRangeArgs]]]]
    raw: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]


class StaticRouteArgs(TypedDict):
    """A static route that the program writes to frr.conf."""

    to: pulumi.Input[str]
    via: pulumi.Input[str]
    interface: NotRequired[pulumi.Input[str]]
