"""Egress gateways that stand in for each other, on a Cilium that is there already, with `egressGateway.enabled`."""

import pulumi
import pulumi_kubernetes as kubernetes
from cilium_edge.components import EgressGatewayHA

config = pulumi.Config()
cluster = kubernetes.Provider("cluster", kubeconfig=config.require_secret("kubeconfig"))

egress = EgressGatewayHA(
    "egress",
    {
        "api_server": config.require("apiServer"),
        "ha": {"image": config.require("image")},
        "policies": [
            {
                "name": "shop",
                "selectors": [{"pod_selector": {"match_labels": {"app": "shop"}}}],
                "destination_cidrs": ["198.51.100.0/24"],
                "egress_groups": [{"node_selector": {"match_labels": {"egress": "yes"}}, "interface": "eth1"}],
                "egress_cidrs": ["172.18.0.84/31"],
            }
        ],
    },
    pulumi.ResourceOptions(providers=[cluster]),
)
pulumi.export("policies", egress.policies)
