"""Addresses for LoadBalancer Services, and the sessions that announce them, on a provider that is made elsewhere.

Cilium runs there with `bgpControlPlane.enabled`; nodes that speak BGP have the label `bgp: "yes"`.
"""

import pulumi
import pulumi_kubernetes as kubernetes
from cilium_edge.components import BgpControlPlane, LbIpam

config = pulumi.Config()
cluster = kubernetes.Provider("cluster", kubeconfig=config.require_secret("kubeconfig"))
there = pulumi.ResourceOptions(providers=[cluster])

pools = LbIpam("lb", {"pools": [{"name": "public", "blocks": [{"cidr": config.require("pool")}]}]}, there)
BgpControlPlane(
    "bgp",
    {
        "cluster_configs": [
            {
                "name": "edge",
                "node_selector": {"match_labels": {"bgp": "yes"}},
                "instances": [
                    {
                        "name": "edge",
                        "local_asn": config.require_int("asn"),
                        "peers": [
                            {
                                "name": "tor",
                                "address": config.require("router"),
                                "asn": config.require_int("routerAsn"),
                                "peer_config_ref": "tor",
                            }
                        ],
                    }
                ],
            }
        ],
        "peer_configs": [
            {
                "name": "tor",
                "families": [{"afi": "ipv4", "advertisements": {"match_labels": {"announce": "services"}}}],
            }
        ],
        "advertisements": [
            {
                "name": "services",
                "labels": {"announce": "services"},
                "advertisements": [
                    {
                        "type": "Service",
                        "addresses": ["LoadBalancerIP"],
                        "selector": {"match_labels": {"announce": "yes"}},
                    }
                ],
            }
        ],
    },
    there,
)
pulumi.export("pools", pools.pools)
