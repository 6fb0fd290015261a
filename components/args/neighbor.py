"""Arguments as `config/neighbor.py` has them: made from its models, kept by tests/components/test_args."""

from typing import Any, NotRequired, TypedDict

import pulumi


class NeighborTimersArgs(TypedDict):
    """BGP timers in seconds, on the router's side."""

    keepalive: pulumi.Input[int]
    hold: pulumi.Input[int]
    connect_retry: NotRequired[pulumi.Input[int]]


class LocalAsArgs(TypedDict):
    """Another AS number that the router uses towards a neighbor (FRR's `local-as`).

    `prepend`: the number is prepended to the AS path of received routes. `replace`: the router's own number is left
    out of the AS path of sent routes.
    """

    asn: pulumi.Input[float]
    prepend: NotRequired[pulumi.Input[bool]]
    replace: NotRequired[pulumi.Input[bool]]


class PeerGroupArgs(TypedDict):
    """Settings that several neighbors share. Without `remoteAs` in the group, each neighbor sets its own."""

    route_map_in: NotRequired[pulumi.Input[str]]
    route_map_out: NotRequired[pulumi.Input[str]]
    prefix_list_in: NotRequired[pulumi.Input[str]]
    prefix_list_out: NotRequired[pulumi.Input[str]]
    description: NotRequired[pulumi.Input[str]]
    timers: NotRequired[pulumi.Input[NeighborTimersArgs]]
    ebgp_multihop: NotRequired[pulumi.Input[int]]
    ttl_security_hops: NotRequired[pulumi.Input[int]]
    password_config: NotRequired[pulumi.Input[str]]
    passive: NotRequired[pulumi.Input[bool]]
    bfd: NotRequired[pulumi.Input[bool]]
    update_source: NotRequired[pulumi.Input[str]]
    local_as: NotRequired[pulumi.Input[Any]]
    soft_reconfiguration_inbound: NotRequired[pulumi.Input[bool]]
    next_hop_self: NotRequired[pulumi.Input[Any]]
    default_originate: NotRequired[pulumi.Input[Any]]
    route_reflector_client: NotRequired[pulumi.Input[bool]]
    allowas_in: NotRequired[pulumi.Input[Any]]
    as_override: NotRequired[pulumi.Input[bool]]
    maximum_prefix: NotRequired[pulumi.Input[float]]
    name: pulumi.Input[str]
    remote_as: NotRequired[pulumi.Input[Any]]


class NeighborArgs(TypedDict):
    """One neighbor: by address, or by the router's interface to the neighbor (unnumbered).

    Unset settings of a neighbor in a peer group come from the group.
    """

    route_map_in: NotRequired[pulumi.Input[str]]
    route_map_out: NotRequired[pulumi.Input[str]]
    prefix_list_in: NotRequired[pulumi.Input[str]]
    prefix_list_out: NotRequired[pulumi.Input[str]]
    description: NotRequired[pulumi.Input[str]]
    timers: NotRequired[pulumi.Input[NeighborTimersArgs]]
    ebgp_multihop: NotRequired[pulumi.Input[int]]
    ttl_security_hops: NotRequired[pulumi.Input[int]]
    password_config: NotRequired[pulumi.Input[str]]
    passive: NotRequired[pulumi.Input[bool]]
    bfd: NotRequired[pulumi.Input[bool]]
    update_source: NotRequired[pulumi.Input[str]]
    local_as: NotRequired[pulumi.Input[Any]]
    soft_reconfiguration_inbound: NotRequired[pulumi.Input[bool]]
    next_hop_self: NotRequired[pulumi.Input[Any]]
    default_originate: NotRequired[pulumi.Input[Any]]
    route_reflector_client: NotRequired[pulumi.Input[bool]]
    allowas_in: NotRequired[pulumi.Input[Any]]
    as_override: NotRequired[pulumi.Input[bool]]
    maximum_prefix: NotRequired[pulumi.Input[float]]
    address: NotRequired[pulumi.Input[str]]
    interface: NotRequired[pulumi.Input[str]]
    peer_group: NotRequired[pulumi.Input[str]]
    remote_as: NotRequired[pulumi.Input[Any]]


class ListenRangeArgs(TypedDict):
    """A prefix from which hosts may connect as dynamic neighbors, without neighbor entries."""

    prefix: pulumi.Input[str]
    peer_group: pulumi.Input[str]
