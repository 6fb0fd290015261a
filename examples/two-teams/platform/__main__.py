"""The platform team: the cluster's side of the sessions, with the router as the network team's stack has it."""

import pulumi
import pulumi_kubernetes as kubernetes
from cilium_edge.components import BgpControlPlane

config = pulumi.Config()
network = pulumi.StackReference(config.require("network"))
cluster = kubernetes.Provider("cluster", kubeconfig=config.require_secret("kubeconfig"))

peers = [
    {
        "name": "tor",
        "address": network.require_output("address"),
        "asn": network.require_output("asn"),
        "peer_config_ref": "tor",
    }
]
bgp = BgpControlPlane(
    "bgp",
    {
        "cluster_configs": [
            {
                "name": "edge",
                "node_selector": {"match_labels": {"bgp": "yes"}},
                "instances": [{"name": "edge", "local_asn": config.require_int("asn"), "peers": peers}],
            }
        ],
        "peer_configs": [
            {
                "name": "tor",
                "auth_secret_ref": "tor",
                "families": [{"afi": "ipv4", "advertisements": {"match_labels": {"announce": "pods"}}}],
            }
        ],
        "advertisements": [{"name": "pods", "labels": {"announce": "pods"}, "advertisements": [{"type": "PodCIDR"}]}],
        "auth_secrets": [{"name": "tor", "password_config": "session"}],
        "passwords": {"session": config.require_secret("sessionPassword")},
    },
    pulumi.ResourceOptions(providers=[cluster]),
)
