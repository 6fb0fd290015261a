"""Arguments as `config/router.py` has them: made from its models, kept by tests/components/test_args."""

from typing import Any, NotRequired, TypedDict

import pulumi

from components.args.route_policy import PrefixListArgs, RouteMapArgs


class NeighborTimersArgs(TypedDict):
    """BGP timers in seconds, on the router's side."""

    keepalive: pulumi.Input[int]
    hold: pulumi.Input[int]
    connect_retry: NotRequired[pulumi.Input[int]]


class PeerGroupArgs(TypedDict):
    """Settings that several neighbors share."""

    route_map_in: NotRequired[pulumi.Input[str]]
    route_map_out: NotRequired[pulumi.Input[str]]
    prefix_list_in: NotRequired[pulumi.Input[str]]
    prefix_list_out: NotRequired[pulumi.Input[str]]
    name: pulumi.Input[str]
    remote_as: pulumi.Input[Any]
    timers: NotRequired[pulumi.Input[NeighborTimersArgs]]
    ebgp_multihop: NotRequired[pulumi.Input[int]]
    password_config: NotRequired[pulumi.Input[str]]
    soft_reconfiguration_inbound: NotRequired[pulumi.Input[bool]]


class NeighborArgs(TypedDict):
    """One neighbor. In a peer group, what is unset here comes from the group."""

    route_map_in: NotRequired[pulumi.Input[str]]
    route_map_out: NotRequired[pulumi.Input[str]]
    prefix_list_in: NotRequired[pulumi.Input[str]]
    prefix_list_out: NotRequired[pulumi.Input[str]]
    address: pulumi.Input[str]
    peer_group: NotRequired[pulumi.Input[str]]
    remote_as: NotRequired[pulumi.Input[Any]]
    description: NotRequired[pulumi.Input[str]]
    timers: NotRequired[pulumi.Input[NeighborTimersArgs]]
    ebgp_multihop: NotRequired[pulumi.Input[int]]
    password_config: NotRequired[pulumi.Input[str]]


class ListenRangeArgs(TypedDict):
    """Neighbors that may connect from a prefix without being named one by one."""

    prefix: pulumi.Input[str]
    peer_group: pulumi.Input[str]


class RouterBgpArgs(TypedDict):
    """`router bgp` of one router. Defaults are FRR's own (traditional profile).

    `updateDelay`: seconds that a bgpd which starts waits for all of its neighbors before it touches a route.
    """

    asn: pulumi.Input[int]
    router_id: NotRequired[pulumi.Input[str]]
    graceful_restart: NotRequired[pulumi.Input[bool]]
    update_delay: NotRequired[pulumi.Input[int]]
    ebgp_requires_policy: NotRequired[pulumi.Input[bool]]
    multipath_relax: NotRequired[pulumi.Input[bool]]
    maximum_paths: NotRequired[pulumi.Input[int]]
    networks: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    import_check: NotRequired[pulumi.Input[bool]]
    prefix_lists: NotRequired[pulumi.Input[list[pulumi.Input[PrefixListArgs]]]]
    route_maps: NotRequired[pulumi.Input[list[pulumi.Input[RouteMapArgs]]]]
    peer_groups: NotRequired[pulumi.Input[list[pulumi.Input[PeerGroupArgs]]]]
    neighbors: NotRequired[pulumi.Input[list[pulumi.Input[NeighborArgs]]]]
    listen_ranges: NotRequired[pulumi.Input[list[pulumi.Input[ListenRangeArgs]]]]


class StaticRouteArgs(TypedDict):
    """A static route that the program puts into frr.conf."""

    to: pulumi.Input[str]
    via: pulumi.Input[str]
    interface: NotRequired[pulumi.Input[str]]
