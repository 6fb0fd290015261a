"""Cilium's custom resources: the write-up's manifests, and the apiVersion by Cilium version."""

from __future__ import annotations

from typing import Any

import pytest

from config.bgp import Advertisement, AdvertisementSet, Bgp, ClusterConfig, NodeOverride, PeerConfig
from config.cilium import Cilium
from config.pool import Pool
from effective.objects import bgp as bgp_objects
from effective.objects.form import Manifest
from tests.config.dev_stack import dev_stack

CILIUM_1_17 = Cilium(version="1.17.9")
CILIUM_1_18 = Cilium(version="1.18.0")
STACK = dev_stack()
BGP: Bgp = STACK.bgp  # type: ignore[assignment]

POD_CIDR = {
    "apiVersion": "cilium.io/v2",
    "kind": "CiliumBGPAdvertisement",
    "metadata": {"name": "bgp-advertisements", "labels": {"advertise": "bgp"}},
    "spec": {"advertisements": [{"advertisementType": "PodCIDR"}]},
}
SERVICE = {
    "apiVersion": "cilium.io/v2",
    "kind": "CiliumBGPAdvertisement",
    "metadata": {"name": "bgp-advertisements-lb-exip-webpod", "labels": {"advertise": "bgp"}},
    "spec": {
        "advertisements": [
            {
                "advertisementType": "Service",
                "service": {"addresses": ["LoadBalancerIP"]},
                "selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["webpod"]}]},
            }
        ]
    },
}
PEER_CONFIG = {
    "apiVersion": "cilium.io/v2",
    "kind": "CiliumBGPPeerConfig",
    "metadata": {"name": "cilium-peer"},
    "spec": {
        # 120 is Cilium's own default; the profile writes it out.
        "timers": {"holdTimeSeconds": 9, "keepAliveTimeSeconds": 3, "connectRetryTimeSeconds": 120},
        "ebgpMultihop": 2,
        "gracefulRestart": {"enabled": True, "restartTimeSeconds": 15},
        "families": [{"afi": "ipv4", "safi": "unicast", "advertisements": {"matchLabels": {"advertise": "bgp"}}}],
    },
}
CLUSTER_CONFIG = {
    "apiVersion": "cilium.io/v2",
    "kind": "CiliumBGPClusterConfig",
    "metadata": {"name": "cilium-bgp"},
    "spec": {
        "nodeSelector": {"matchLabels": {"enable-bgp": "true"}},
        "bgpInstances": [
            {
                "name": "instance-65001",
                "localASN": 65001,
                "peers": [
                    {
                        "name": "tor-switch",
                        "peerASN": 65000,
                        "peerAddress": "192.168.10.200",
                        "peerConfigRef": {"name": "cilium-peer"},
                    }
                ],
            }
        ],
    },
}
POOL = {
    "apiVersion": "cilium.io/v2",
    "kind": "CiliumLoadBalancerIPPool",
    "metadata": {"name": "cilium-pool"},
    "spec": {"allowFirstLastIPs": "No", "blocks": [{"cidr": "172.16.1.0/24"}]},
}


def everything(cilium: Cilium) -> list[Manifest]:
    return [
        *(bgp_objects.advertisement_set(item, cilium) for item in BGP.advertisements),
        *(bgp_objects.peer_config(item, cilium) for item in BGP.peer_configs),
        *(bgp_objects.cluster_config(item, cilium) for item in BGP.cluster_configs),
        *(bgp_objects.pool(item, cilium) for item in STACK.pools),
        bgp_objects.node_override(NodeOverride(node="cilium-w1"), cilium),
    ]


def test_the_dev_stack_gives_the_manifests_of_the_write_up() -> None:
    assert everything(STACK.cilium)[:-1] == [POD_CIDR, SERVICE, PEER_CONFIG, CLUSTER_CONFIG, POOL]


@pytest.mark.parametrize(
    ("version", "api_version"),
    [
        ("1.16.5", "cilium.io/v2alpha1"),
        ("1.17.0", "cilium.io/v2alpha1"),
        ("1.17.99", "cilium.io/v2alpha1"),
        ("1.18.0", "cilium.io/v2"),
        ("1.20.1", "cilium.io/v2"),
    ],
)
def test_the_api_version_follows_the_version_of_cilium(version: str, api_version: str) -> None:
    assert {made["apiVersion"] for made in everything(Cilium(version=version))} == {api_version}


def test_only_the_api_version_differs_between_1_17_and_1_18() -> None:
    for old, new in zip(everything(CILIUM_1_17), everything(CILIUM_1_18), strict=True):
        assert {**old, "apiVersion": ""} == {**new, "apiVersion": ""}


def test_the_crds_are_those_of_the_features_in_use() -> None:
    bare = STACK.model_copy(update={"bgp": None, "pools": ()})
    assert bgp_objects.crd_names(bare) == ()
    pools = bgp_objects.crd_names(STACK.model_copy(update={"bgp": None}))
    assert pools == ("ciliumloadbalancerippools.cilium.io",)
    both = bgp_objects.crd_names(STACK)
    assert {"ciliumbgpclusterconfigs.cilium.io", "ciliumbgpnodeconfigs.cilium.io"} < set(both)
    assert set(both) - set(bgp_objects.crd_names(STACK.model_copy(update={"pools": ()}))) == set(pools)


# --- single settings ---


def spec(made: Manifest) -> dict[str, Any]:
    inner: dict[str, Any] = made["spec"]
    return inner


def test_without_graceful_restart_the_manifest_does_not_mention_it() -> None:
    for settings in ({"profile": "fast-failover"}, {"gracefulRestart": False}):
        item = PeerConfig.model_validate({"name": "p", **settings})
        assert "gracefulRestart" not in spec(bgp_objects.peer_config(item, CILIUM_1_18))


def test_a_peer_config_says_only_what_was_set() -> None:
    bare = spec(bgp_objects.peer_config(PeerConfig(name="p"), CILIUM_1_18))
    assert set(bare) == {"timers", "gracefulRestart"}
    item = PeerConfig.model_validate({"name": "p", "authSecretRef": "bgp-auth", "hold": 30, "keepalive": 10})
    made = spec(bgp_objects.peer_config(item, CILIUM_1_18))
    assert made["authSecretRef"] == "bgp-auth"
    assert made["timers"] == {
        "holdTimeSeconds": 30,
        "keepAliveTimeSeconds": 10,
        "connectRetryTimeSeconds": 120,
    }


def test_route_attributes_stand_under_attributes() -> None:
    entry = Advertisement(type="PodCIDR", communities=("65000:99",), local_preference=0)
    item = AdvertisementSet(name="a", labels={"advertise": "bgp"}, advertisements=(entry,))
    assert spec(bgp_objects.advertisement_set(item, CILIUM_1_18))["advertisements"] == [
        {
            "advertisementType": "PodCIDR",
            "attributes": {"communities": {"standard": ["65000:99"]}, "localPreference": 0},
        }
    ]


def test_communities_stand_in_the_list_of_their_kind() -> None:
    texts = ("65001:100", "4259840100", "65001:0:70000", "no-export")
    item = AdvertisementSet(name="a", labels={}, advertisements=(Advertisement(type="PodCIDR", communities=texts),))
    made = spec(bgp_objects.advertisement_set(item, CILIUM_1_18))["advertisements"][0]["attributes"]
    assert made == {
        "communities": {"standard": ["65001:100", "4259840100"], "large": ["65001:0:70000"], "wellKnown": ["no-export"]}
    }


def test_an_empty_selector_is_written_and_an_absent_one_is_not() -> None:
    for selector, written in (({}, True), (None, False)):
        item = ClusterConfig.model_validate(
            {"name": "c", "nodeSelector": selector, "instances": [{"name": "i", "localPort": 1790}]}
        )
        made = spec(bgp_objects.cluster_config(item, CILIUM_1_18))
        assert ("nodeSelector" in made) is written
        assert made["bgpInstances"] == [{"name": "i", "localPort": 1790, "peers": []}]


def test_a_node_override_is_named_after_its_node_and_has_addresses_as_text() -> None:
    item = NodeOverride.model_validate(
        {
            "node": "cilium-w1",
            "instances": [
                {
                    "name": "instance-65001",
                    "routerId": "192.168.10.101",
                    "localASN": "1.10",
                    "localPort": 1790,
                    "peers": [{"name": "tor-switch", "localAddress": "fd00::101"}],
                }
            ],
        }
    )
    assert bgp_objects.node_override(item, CILIUM_1_18) == {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumBGPNodeConfigOverride",
        "metadata": {"name": "cilium-w1"},
        "spec": {
            "bgpInstances": [
                {
                    "name": "instance-65001",
                    "routerID": "192.168.10.101",
                    "localPort": 1790,
                    "localASN": 65546,
                    "peers": [{"name": "tor-switch", "localAddress": "fd00::101"}],
                }
            ]
        },
    }


def test_a_pool_has_ranges_selector_and_the_disabled_flag_only_where_it_is_set() -> None:
    item = Pool.model_validate(
        {
            "name": "p",
            "disabled": True,
            "serviceSelector": {"matchLabels": {"app": "webpod"}},
            "blocks": [{"start": "172.16.1.5", "stop": "172.16.1.9"}, {"start": "172.16.1.20"}],
        }
    )
    assert spec(bgp_objects.pool(item, CILIUM_1_18)) == {
        "blocks": [{"start": "172.16.1.5", "stop": "172.16.1.9"}, {"start": "172.16.1.20"}],
        "disabled": True,
        "serviceSelector": {"matchLabels": {"app": "webpod"}},
    }
