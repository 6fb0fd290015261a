"""LbIpam: the address pools of LoadBalancer Services."""

from typing import NotRequired, TypedDict

import pulumi

from components.args.pool import PoolArgs
from components.inputs.arguments import known, only, read_each
from components.inputs.judged import judged
from components.inputs.late import manifest
from components.inputs.release import release
from components.kubernetes.resources import KubernetesObject
from config.pool import Pool
from effective.objects import bgp as bgp_objects


class LbIpamArgs(TypedDict):
    """Pools, and the version of Cilium."""

    pools: list[PoolArgs]
    version: NotRequired[str]


class LbIpam(pulumi.ComponentResource):
    """CiliumLoadBalancerIPPools. Services depend on the component, because without a pool no Service gets an address.

    The component depends on the resource that creates the CRD (`CiliumInstall.crds`, or another release).
    """

    pools: pulumi.Output[list[str]]

    def __init__(self, name: str, args: LbIpamArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("cilium-edge:cilium:LbIpam", name, None, opts)
        given = only(name, args, LbIpamArgs.__annotations__)
        cilium = release(name, given)
        pools = judged(
            self,
            given,
            read_each(name, Pool, given.get("pools"), "pools"),
            lambda them: {"pools": tuple(them), "cilium": cilium},
        )
        after = pulumi.ResourceOptions(parent=self, depends_on=opts.depends_on if opts else None)
        names = [known(name, item, "name", f"pools[{i}]") for i, item in enumerate(given["pools"])]
        self.objects = [
            KubernetesObject(
                f"{name}-{one}",
                manifest(
                    pool,
                    lambda it: bgp_objects.pool(it, cilium),
                    cilium.edge_api_version,
                    "CiliumLoadBalancerIPPool",
                    one,
                ),
                after,
                name,
            )
            for one, pool in zip(names, pools, strict=True)
        ]
        self.pools = pulumi.Output.from_input(names)
        self.register_outputs({"pools": names})
