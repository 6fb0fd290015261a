"""Arguments as `config/bgp.py` has them: made from its models, kept by tests/components/test_args."""

from typing import Any, NotRequired, TypedDict

import pulumi

from components.args.labels import LabelSelectorArgs


class AdvertisementArgs(TypedDict):
    """One entry of a CiliumBGPAdvertisement.

    `aggregationLength` applies to IPv4 addresses. `interface` belongs to type Interface (from 1.19): the node
    announces each address of that interface separately.
    """

    type: pulumi.Input[str]
    addresses: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    communities: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    local_preference: NotRequired[pulumi.Input[float]]
    aggregation_length: NotRequired[pulumi.Input[int]]
    aggregation_length_ipv6: NotRequired[pulumi.Input[int]]
    interface: NotRequired[pulumi.Input[str]]


class AdvertisementSetArgs(TypedDict):
    """A CiliumBGPAdvertisement. Peer configs select it by its labels."""

    name: str
    labels: pulumi.Input[dict[str, pulumi.Input[str]]]
    advertisements: pulumi.Input[list[pulumi.Input[AdvertisementArgs]]]


class TransportArgs(TypedDict):
    """The TCP connection of a session: the peer's port, and the interface of the source address (from 1.19)."""

    peer_port: NotRequired[pulumi.Input[int]]
    source_interface: NotRequired[pulumi.Input[str]]


class FamilyArgs(TypedDict):
    """An address family of a peer config, and the advertisements of that family."""

    afi: NotRequired[pulumi.Input[str]]
    safi: NotRequired[pulumi.Input[str]]
    advertisements: NotRequired[pulumi.Input[LabelSelectorArgs]]


class PeerConfigArgs(TypedDict):
    """A CiliumBGPPeerConfig. Timers (seconds) come from the profile. Single values override the profile."""

    name: str
    profile: NotRequired[pulumi.Input[str]]
    hold: NotRequired[pulumi.Input[int]]
    keepalive: NotRequired[pulumi.Input[int]]
    connect_retry: NotRequired[pulumi.Input[int]]
    graceful_restart: NotRequired[pulumi.Input[Any]]
    ebgp_multihop: NotRequired[pulumi.Input[int]]
    auth_secret_ref: NotRequired[pulumi.Input[str]]
    transport: NotRequired[pulumi.Input[TransportArgs]]
    families: NotRequired[pulumi.Input[list[pulumi.Input[FamilyArgs]]]]


class PeerArgs(TypedDict):
    """A peer of an instance, usually the top-of-rack router.

    With `defaultGateway`, each node peers with its default gateway of that address family (from 1.18).
    """

    name: pulumi.Input[str]
    asn: NotRequired[pulumi.Input[float]]
    address: NotRequired[pulumi.Input[str]]
    default_gateway: NotRequired[pulumi.Input[str]]
    peer_config_ref: NotRequired[pulumi.Input[str]]


class InstanceArgs(TypedDict):
    """A BGP instance that every selected node runs."""

    name: pulumi.Input[str]
    local_asn: NotRequired[pulumi.Input[float]]
    local_port: NotRequired[pulumi.Input[int]]
    peers: NotRequired[pulumi.Input[list[pulumi.Input[PeerArgs]]]]


class ClusterConfigArgs(TypedDict):
    """A CiliumBGPClusterConfig: the BGP instances, and the nodes that run the instances."""

    name: str
    node_selector: NotRequired[pulumi.Input[LabelSelectorArgs]]
    instances: pulumi.Input[list[pulumi.Input[InstanceArgs]]]


class PeerOverrideArgs(TypedDict):
    """The settings of one node for one peer."""

    name: pulumi.Input[str]
    local_address: NotRequired[pulumi.Input[str]]
    local_port: NotRequired[pulumi.Input[int]]


class InstanceOverrideArgs(TypedDict):
    """The settings of one node in one instance."""

    name: pulumi.Input[str]
    router_id: NotRequired[pulumi.Input[str]]
    local_port: NotRequired[pulumi.Input[int]]
    local_asn: NotRequired[pulumi.Input[float]]
    peers: NotRequired[pulumi.Input[list[pulumi.Input[PeerOverrideArgs]]]]


class NodeOverrideArgs(TypedDict):
    """A CiliumBGPNodeConfigOverride. Its name is the node's name."""

    node: str
    instances: NotRequired[pulumi.Input[list[pulumi.Input[InstanceOverrideArgs]]]]


class AuthSecretArgs(TypedDict):
    """A Secret with the key `password`; the value is the stack's secret `passwordConfig`."""

    name: str
    password_config: str
