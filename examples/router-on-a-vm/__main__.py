"""FRR on a VM that other code makes: its address and its host key are known once it is there.

A VM of any provider of Pulumi's does as well; what counts is that both come as Outputs.
"""

import pulumi
from cilium_edge.components import RouterFRR
from pulumi_command.local import Command

config = pulumi.Config()
vm = Command("vm", create=config.require("makeVm"), delete=config.get("removeVm"))
key = Command("key", create=vm.stdout.apply(lambda address: f"ssh-keyscan -t ed25519 {address} | cut -d' ' -f2-"))

router = RouterFRR(
    "edge-router",
    {
        "connection": {
            "host": vm.stdout,
            "host_key": key.stdout,
            "user": "root",
            "private_key": config.require_secret("privateKey"),
        },
        "interfaces": [{"name": "eth1", "address": "192.168.10.200/24"}],
        "bgp": {
            "asn": 65000,
            "router_id": "192.168.10.200",
            "ebgp_requires_policy": False,
            "peer_groups": [{"name": "nodes", "remote_as": "external"}],
            "neighbors": [{"address": node, "peer_group": "nodes"} for node in config.require_object("nodes")],
        },
    },
)
pulumi.export("asn", router.asn)
pulumi.export("router_id", router.router_id)
