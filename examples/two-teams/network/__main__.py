"""The network team: a router that takes sessions from a whole subnet, and what the platform team needs of it."""

import pulumi
from cilium_edge.components import RouterFRR

config = pulumi.Config()
router = RouterFRR(
    "tor",
    {
        "connection": {
            "host": config.require("host"),
            "host_key": config.require("hostKey"),
            "user": "root",
            "private_key": config.require_secret("privateKey"),
        },
        "interfaces": [{"name": "eth1", "address": "192.168.10.200/24"}],
        "bgp": {
            "asn": 65000,
            "router_id": "192.168.10.200",
            "ebgp_requires_policy": False,
            "peer_groups": [
                {"name": "cluster", "remote_as": config.require_int("clusterAsn"), "password_config": "session"}
            ],
            "listen_ranges": [{"prefix": "192.168.10.0/24", "peer_group": "cluster"}],
        },
        "passwords": {"session": config.require_secret("sessionPassword")},
    },
)
pulumi.export("asn", router.asn)
pulumi.export("address", router.addresses.apply(lambda addresses: addresses[0]))
