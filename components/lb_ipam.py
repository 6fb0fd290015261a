"""LbIpam: the pools that LoadBalancer Services get their addresses from."""

from __future__ import annotations

import pulumi

from components.cilium import manifests
from components.kubernetes import KubernetesObject, KubernetesProvider
from config.stack import StackConfig


class LbIpam(pulumi.ComponentResource):
    """CiliumLoadBalancerIPPools. Services depend on it: without a pool none gets an address."""

    def __init__(self, name: str, stack: StackConfig, provider: KubernetesProvider,
                 crds: pulumi.Resource, opts: pulumi.ResourceOptions | None = None) -> None:  # fmt: skip
        super().__init__("cilium-edge:cilium:LbIpam", name, None, opts)
        custom = pulumi.ResourceOptions(parent=self, provider=provider, depends_on=[crds])
        self.pools = [
            KubernetesObject(f"{name}-{item.name}", manifests.pool(item, stack.cilium), custom)
            for item in stack.pools
        ]
        self.register_outputs({"pools": [pool.name for pool in stack.pools]})
