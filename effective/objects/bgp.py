"""Cilium's custom resources for BGP and pools, with the apiVersion of the Cilium release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from config.bgp import (
    Advertisement,
    AdvertisementSet,
    ClusterConfig,
    NodeOverride,
    PeerConfig,
)
from config.cilium import Cilium
from config.communities import kind_of
from config.pool import Pool
from config.stack import StackConfig
from effective.objects.form import Manifest


def crd_names(stack: StackConfig) -> tuple[str, ...]:
    """The CRDs that the operator must have registered for the used features."""
    return custom_kinds(
        bgp=stack.bgp is not None,
        pools=bool(stack.pools),
        l2_announcements=bool(stack.l2_policies),
        policies=bool(stack.guards()),
        egress_gateway=bool(stack.egress_policies) and stack.cilium.edition == "oss",
    )


def custom_kinds(
    *,
    bgp: bool = False,
    pools: bool = False,
    l2_announcements: bool = False,
    policies: bool = False,
    egress_gateway: bool = False,
) -> tuple[str, ...]:
    """The CRDs of these features."""
    kinds = []
    if bgp:
        kinds += [
            "bgpadvertisements",
            "bgpclusterconfigs",
            "bgpnodeconfigoverrides",
            "bgpnodeconfigs",
            "bgppeerconfigs",
        ]
    if pools:
        kinds += ["loadbalancerippools"]
    if l2_announcements:
        kinds += ["l2announcementpolicies"]
    if policies:
        kinds += ["clusterwidenetworkpolicies"]
    if egress_gateway:
        kinds += ["egressgatewaypolicies"]
    return tuple(f"cilium{kind}.cilium.io" for kind in kinds)


def advertisement_set(item: AdvertisementSet, cilium: Cilium) -> Manifest:
    """A CiliumBGPAdvertisement."""
    entries = [_advertisement(entry) for entry in item.advertisements]
    metadata = {"name": item.name, "labels": dict(item.labels)}
    return _object(cilium, "CiliumBGPAdvertisement", metadata, {"advertisements": entries})


def _advertisement(entry: Advertisement) -> Manifest:
    result: Manifest = {"advertisementType": entry.type}
    if entry.addresses:
        result["service"] = {"addresses": list(entry.addresses)}
    lengths = dict(
        _given(aggregationLengthIPv4=entry.aggregation_length, aggregationLengthIPv6=entry.aggregation_length_ipv6)
    )
    if lengths:
        result.setdefault("service", {}).update(lengths)
    if entry.interface is not None:
        result["interface"] = {"name": entry.interface}
    if entry.selector is not None:
        result["selector"] = entry.selector.manifest()
    attributes: Manifest = {}
    if entry.communities:
        kinds: dict[str, list[str]] = {}
        for text in entry.communities:
            # An invalid community is kept, so that the API server rejects it. Rule B34 reports it earlier.
            kinds.setdefault(kind_of(text) or "standard", []).append(text)
        attributes["communities"] = kinds
    if entry.local_preference is not None:
        attributes["localPreference"] = entry.local_preference
    if attributes:
        result["attributes"] = attributes
    return result


def peer_config(item: PeerConfig, cilium: Cilium) -> Manifest:
    """A CiliumBGPPeerConfig."""
    timers = item.timers
    spec: Manifest = {
        "timers": {
            "holdTimeSeconds": timers.hold,
            "keepAliveTimeSeconds": timers.keepalive,
            "connectRetryTimeSeconds": timers.connect_retry,
        }
    }
    if timers.graceful_restart is not None:
        spec["gracefulRestart"] = {"enabled": True, "restartTimeSeconds": timers.graceful_restart}
    if item.ebgp_multihop is not None:
        spec["ebgpMultihop"] = item.ebgp_multihop
    if item.auth_secret_ref is not None:
        spec["authSecretRef"] = item.auth_secret_ref
    if item.transport is not None:
        spec["transport"] = dict(
            _given(peerPort=item.transport.peer_port, sourceInterface=item.transport.source_interface)
        )
    families = []
    for family in item.families:
        entry: Manifest = {"afi": family.afi, "safi": family.safi}
        if family.advertisements is not None:
            entry["advertisements"] = family.advertisements.manifest()
        families.append(entry)
    if families:
        spec["families"] = families
    return _object(cilium, "CiliumBGPPeerConfig", {"name": item.name}, spec)


def cluster_config(item: ClusterConfig, cilium: Cilium) -> Manifest:
    """A CiliumBGPClusterConfig."""
    instances = []
    for instance in item.instances:
        peers = []
        for peer in instance.peers:
            entry: Manifest = {"name": peer.name}
            entry |= dict(_given(peerASN=peer.asn, peerAddress=_text(peer.address)))
            if peer.default_gateway is not None:
                family = {"addressFamily": peer.default_gateway}
                entry["autoDiscovery"] = {"mode": "DefaultGateway", "defaultGateway": family}
            if peer.peer_config_ref is not None:
                entry["peerConfigRef"] = {"name": peer.peer_config_ref}
            peers.append(entry)
        one: Manifest = {"name": instance.name}
        one |= dict(_given(localASN=instance.local_asn, localPort=instance.local_port))
        instances.append({**one, "peers": peers})
    spec: Manifest = {"bgpInstances": instances}
    if item.node_selector is not None:
        spec["nodeSelector"] = item.node_selector.manifest()
    return _object(cilium, "CiliumBGPClusterConfig", {"name": item.name}, spec)


def node_override(item: NodeOverride, cilium: Cilium) -> Manifest:
    """A CiliumBGPNodeConfigOverride. Its name is the node's name."""
    instances = []
    for instance in item.instances:
        one: Manifest = {"name": instance.name}
        one |= dict(
            _given(routerID=_text(instance.router_id), localPort=instance.local_port, localASN=instance.local_asn)
        )
        peers = [
            {"name": peer.name, **dict(_given(localAddress=_text(peer.local_address), localPort=peer.local_port))}
            for peer in instance.peers
        ]
        instances.append({**one, **({"peers": peers} if peers else {})})
    metadata = {"name": item.node}
    return _object(cilium, "CiliumBGPNodeConfigOverride", metadata, {"bgpInstances": instances})


def pool(item: Pool, cilium: Cilium) -> Manifest:
    """A CiliumLoadBalancerIPPool."""
    blocks = [
        dict(_given(cidr=_text(block.cidr), start=_text(block.start), stop=_text(block.stop))) for block in item.blocks
    ]
    spec: Manifest = {"blocks": blocks}
    spec |= dict(_given(allowFirstLastIPs=item.allow_first_last_ips, disabled=item.disabled or None))
    if item.service_selector is not None:
        spec["serviceSelector"] = item.service_selector.manifest()
    return {
        "apiVersion": cilium.edge_api_version,
        "kind": "CiliumLoadBalancerIPPool",
        "metadata": {"name": item.name},
        "spec": spec,
    }


def _object(cilium: Cilium, kind: str, metadata: Manifest, spec: Manifest) -> Manifest:
    return {"apiVersion": cilium.edge_api_version, "kind": kind, "metadata": metadata, "spec": spec}


def _given(**values: Any) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in values.items() if value is not None)


def _text(value: object | None) -> str | None:
    return None if value is None else str(value)
