"""Cilium's BGP control plane: instances, peers, peer configs, advertisements, node overrides."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated, Literal

from pydantic import Field

from config.base import Model
from config.labels import Labels, LabelSelector
from config.net import ASN, Address, InterfaceName, ObjectName, Port
from config.text import SecretName
from config.timers import PROFILES, ProfileName, TimerProfile

InstanceName = Annotated[str, Field(min_length=1, max_length=255)]
ServiceAddress = Literal["LoadBalancerIP", "ClusterIP", "ExternalIP"]


class Advertisement(Model):
    """One entry of a CiliumBGPAdvertisement.

    `aggregationLength` applies to IPv4 addresses. `interface` belongs to type Interface (from 1.19): the node
    announces each address of that interface separately.
    """

    type: Literal["PodCIDR", "Service", "CiliumPodIPPool", "Interface"]
    """The kind of routes that are announced."""
    addresses: tuple[ServiceAddress, ...] = ()
    """The kinds of Service addresses to announce, with type Service."""
    selector: LabelSelector | None = None
    """The Services or pools to announce, by their labels."""
    communities: tuple[str, ...] = ()
    """BGP communities: standard, large, or well-known names."""
    local_preference: Annotated[int, Field(ge=0, le=4294967295)] | None = None
    """The local preference (RFC 4271), for peers of the same AS."""
    aggregation_length: Annotated[int, Field(ge=0, le=128)] | None = None
    """The prefix length to which IPv4 addresses of Services are aggregated."""
    aggregation_length_ipv6: Annotated[int, Field(ge=0, le=127)] | None = Field(
        default=None, alias="aggregationLengthIPv6"
    )
    """The prefix length to which IPv6 addresses of Services are aggregated."""
    interface: InterfaceName | None = None
    """The interface whose addresses are announced, with type Interface (from 1.19)."""

    def aggregation(self, version: int) -> int | None:
        """The prefix length to which addresses of a family (4, 6) are aggregated. None: no aggregation."""
        return self.aggregation_length if version == 4 else self.aggregation_length_ipv6


class AdvertisementSet(Model):
    """A CiliumBGPAdvertisement. Peer configs select it by its labels."""

    name: ObjectName
    """The object's name."""
    labels: Labels
    """The labels by which peer configs select the object."""
    advertisements: Annotated[tuple[Advertisement, ...], Field(min_length=1)]
    """The advertisements."""


class Family(Model):
    """An address family of a peer config, and the advertisements of that family."""

    afi: Literal["ipv4", "ipv6"] = "ipv4"
    """The address family."""
    safi: Literal["unicast"] = "unicast"
    """The subsequent address family."""
    advertisements: LabelSelector | None = None
    """The advertisement sets that the family carries, by their labels."""


class Transport(Model):
    """The TCP connection of a session: the peer's port, and the interface of the source address (from 1.19)."""

    peer_port: Port | None = None
    """The peer's TCP port; unset: 179."""
    source_interface: InterfaceName | None = None
    """The interface that provides the source address (from 1.19)."""


class PeerConfig(Model):
    """A CiliumBGPPeerConfig. Timers (seconds) come from the profile. Single values override the profile."""

    name: ObjectName
    """The object's name."""
    profile: ProfileName = "standard"
    """The timer profile (docs/timers.md)."""
    hold: Annotated[int, Field(ge=3, le=65535)] | None = None
    """The hold time in seconds: a session without messages ends after it; unset: the profile's."""
    keepalive: Annotated[int, Field(ge=1, le=65535)] | None = None
    """The keepalive interval in seconds; unset: the profile's."""
    connect_retry: Annotated[int, Field(ge=1, le=2147483647)] | None = None
    """Seconds between connection attempts; unset: the profile's."""
    graceful_restart: Annotated[int, Field(ge=1, le=4095, strict=True)] | Literal[False] | None = None
    """Seconds that routes outlive a stopped agent (RFC 4724); false: off; unset: the profile's."""
    ebgp_multihop: Annotated[int, Field(ge=1, le=255)] | None = None
    """The maximum distance of the peer in hops; unset: 1."""
    auth_secret_ref: ObjectName | None = None
    """The Secret with the password of the sessions."""
    transport: Transport | None = None
    """The TCP connections of the sessions."""
    families: tuple[Family, ...] = ()
    """The address families that the sessions carry."""

    @property
    def timers(self) -> TimerProfile:
        """The profile, overridden by the peer config's own values."""
        own = {
            name: getattr(self, name)
            for name in ("hold", "keepalive", "connect_retry")
            if getattr(self, name) is not None
        }
        if self.graceful_restart is not None:
            own["graceful_restart"] = self.graceful_restart or None
        return PROFILES[self.profile].model_copy(update=own)


class Peer(Model):
    """A peer of an instance, usually the top-of-rack router.

    With `defaultGateway`, each node peers with its default gateway of that address family (from 1.18).
    """

    name: InstanceName
    """The peer's name in the instance."""
    asn: ASN | None = None
    """The peer's AS number."""
    address: Address | None = None
    """The peer's address."""
    default_gateway: Literal["ipv4", "ipv6"] | None = None
    """Each node peers with its default gateway of that address family (from 1.18)."""
    peer_config_ref: ObjectName | None = None
    """The peer config of the sessions."""


class Instance(Model):
    """A BGP instance that every selected node runs."""

    name: InstanceName
    """The instance's name."""
    local_asn: ASN | None = Field(default=None, alias="localASN")
    """The nodes' AS number."""
    local_port: Port | None = None
    """The TCP port that the nodes listen on; unset: none."""
    peers: tuple[Peer, ...] = ()
    """The peers of the nodes."""


class ClusterConfig(Model):
    """A CiliumBGPClusterConfig: the BGP instances, and the nodes that run the instances."""

    name: ObjectName
    """The object's name."""
    node_selector: LabelSelector | None = None
    """The nodes that run the instances; unset: all."""
    instances: Annotated[tuple[Instance, ...], Field(min_length=1)]
    """The BGP instances."""


class PeerOverride(Model):
    """The settings of one node for one peer."""

    name: InstanceName
    """The peer's name in the instance."""
    local_address: Address | None = None
    """The source address of the session."""
    local_port: Port | None = None
    """The local TCP port of the session."""


class InstanceOverride(Model):
    """The settings of one node in one instance."""

    name: InstanceName
    """The instance's name."""
    router_id: IPv4Address | None = None
    """The node's router ID (RFC 4271)."""
    local_port: Port | None = None
    """The TCP port that the node listens on."""
    local_asn: ASN | None = Field(default=None, alias="localASN")
    """The node's AS number."""
    peers: tuple[PeerOverride, ...] = ()
    """The node's settings for single peers."""


class NodeOverride(Model):
    """A CiliumBGPNodeConfigOverride. Its name is the node's name."""

    node: ObjectName
    """The name of the node and of the object."""
    instances: tuple[InstanceOverride, ...] = ()
    """The node's settings in single instances."""


class AuthSecret(Model):
    """A Secret with the key `password`; the value is the stack's secret `passwordConfig`."""

    name: ObjectName
    """The Secret's name."""
    password_config: SecretName
    """The name of the configuration secret with the password."""


class Bgp(Model):
    """The whole BGP control plane of the cluster.

    `returnRoutes`: Cilium's BGP does not program the FIB of the nodes. Pods on other nodes are therefore unreachable,
    unless the router is the default gateway or the node has a static route. `auto` adds the route on the nodes that
    need the route. `off` adds no routes.
    """

    cluster_configs: tuple[ClusterConfig, ...] = ()
    """CiliumBGPClusterConfigs: the nodes, the instances and the peers."""
    peer_configs: tuple[PeerConfig, ...] = ()
    """CiliumBGPPeerConfigs: the timers and address families of sessions."""
    advertisements: tuple[AdvertisementSet, ...] = ()
    """CiliumBGPAdvertisements: the announced routes."""
    node_overrides: tuple[NodeOverride, ...] = ()
    """CiliumBGPNodeConfigOverrides: the settings of single nodes."""
    auth_secrets: tuple[AuthSecret, ...] = ()
    """The Secrets with the passwords of sessions."""
    node_labels: Labels = {}
    """Labels that are added to every node."""
    return_routes: Literal["auto", "off"] = "auto"
    """Whether to add a static route to the pods of other nodes, on the nodes that need the route."""
