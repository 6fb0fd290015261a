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
    """What one entry of a CiliumBGPAdvertisement announces.

    `aggregationLength` applies to IPv4 addresses. `interface` belongs to type Interface (from 1.19): the node
    announces each address on its interface of that name separately.
    """

    type: Literal["PodCIDR", "Service", "CiliumPodIPPool", "Interface"]
    addresses: tuple[ServiceAddress, ...] = ()
    selector: LabelSelector | None = None
    communities: tuple[str, ...] = ()
    local_preference: Annotated[int, Field(ge=0, le=4294967295)] | None = None
    aggregation_length: Annotated[int, Field(ge=0, le=128)] | None = None
    aggregation_length_ipv6: Annotated[int, Field(ge=0, le=127)] | None = Field(
        default=None, alias="aggregationLengthIPv6"
    )
    interface: InterfaceName | None = None

    def aggregation(self, version: int) -> int | None:
        """The length to which addresses of a family (4, 6) are aggregated; None: each by itself."""
        return self.aggregation_length if version == 4 else self.aggregation_length_ipv6


class AdvertisementSet(Model):
    """A CiliumBGPAdvertisement. Peer configs select it by its labels."""

    name: ObjectName
    labels: Labels
    advertisements: Annotated[tuple[Advertisement, ...], Field(min_length=1)]


class Family(Model):
    """An address family of a peer config, and the advertisements of that family."""

    afi: Literal["ipv4", "ipv6"] = "ipv4"
    safi: Literal["unicast"] = "unicast"
    advertisements: LabelSelector | None = None


class Transport(Model):
    """The TCP connection of a session: the peer's port, and the interface of the source address (from 1.19)."""

    peer_port: Port | None = None
    source_interface: InterfaceName | None = None


class PeerConfig(Model):
    """A CiliumBGPPeerConfig. Timers come from the profile; single values override the profile (seconds)."""

    name: ObjectName
    profile: ProfileName = "standard"
    hold: Annotated[int, Field(ge=3, le=65535)] | None = None
    keepalive: Annotated[int, Field(ge=1, le=65535)] | None = None
    connect_retry: Annotated[int, Field(ge=1, le=2147483647)] | None = None
    graceful_restart: Annotated[int, Field(ge=1, le=4095, strict=True)] | Literal[False] | None = None
    ebgp_multihop: Annotated[int, Field(ge=1, le=255)] | None = None
    auth_secret_ref: ObjectName | None = None
    transport: Transport | None = None
    families: tuple[Family, ...] = ()

    @property
    def timers(self) -> TimerProfile:
        """The profile with this peer config's own values laid over it."""
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

    With `defaultGateway`, each node peers with its default gateway of that family (from 1.18).
    """

    name: InstanceName
    asn: ASN | None = None
    address: Address | None = None
    default_gateway: Literal["ipv4", "ipv6"] | None = None
    peer_config_ref: ObjectName | None = None


class Instance(Model):
    """A BGP instance that every selected node runs."""

    name: InstanceName
    local_asn: ASN | None = Field(default=None, alias="localASN")
    local_port: Port | None = None
    peers: tuple[Peer, ...] = ()


class ClusterConfig(Model):
    """A CiliumBGPClusterConfig: which nodes run which instances."""

    name: ObjectName
    node_selector: LabelSelector | None = None
    instances: Annotated[tuple[Instance, ...], Field(min_length=1)]


class PeerOverride(Model):
    """What one node does differently for one peer."""

    name: InstanceName
    local_address: Address | None = None
    local_port: Port | None = None


class InstanceOverride(Model):
    """What one node does differently in one instance."""

    name: InstanceName
    router_id: IPv4Address | None = None
    local_port: Port | None = None
    local_asn: ASN | None = Field(default=None, alias="localASN")
    peers: tuple[PeerOverride, ...] = ()


class NodeOverride(Model):
    """A CiliumBGPNodeConfigOverride. Its name is the node's name."""

    node: ObjectName
    instances: tuple[InstanceOverride, ...] = ()


class AuthSecret(Model):
    """A Secret with the key `password`; the value is the stack's secret `passwordConfig`."""

    name: ObjectName
    password_config: SecretName


class Bgp(Model):
    """The whole BGP control plane of the cluster.

    `returnRoutes`: Cilium's BGP does not program the nodes' kernel FIB, so pods on other nodes
    stay unreachable unless the router is the default gateway or there is a static route; `auto`
    adds the route on the nodes that need it, `off` leaves the nodes alone.
    """

    cluster_configs: tuple[ClusterConfig, ...] = ()
    peer_configs: tuple[PeerConfig, ...] = ()
    advertisements: tuple[AdvertisementSet, ...] = ()
    node_overrides: tuple[NodeOverride, ...] = ()
    auth_secrets: tuple[AuthSecret, ...] = ()
    node_labels: Labels = {}
    return_routes: Literal["auto", "off"] = "auto"
