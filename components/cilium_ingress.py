"""CiliumIngress: Ingresses of Cilium's class, and the policies that guard them."""

from typing import NotRequired, TypedDict

import pulumi

from components.args.ingress import IngressArgs
from components.args.policy import NetworkPolicyArgs
from components.arguments import entry, known, only, read_each
from components.cilium import edge
from components.judged import judged
from components.late import manifest
from components.objects import objects
from config.ingress import Ingress
from config.policy import NetworkPolicy


class CiliumIngressArgs(TypedDict):
    """Ingresses and clusterwide network policies, as a stack file has them."""

    ingresses: NotRequired[list[IngressArgs]]
    network_policies: NotRequired[list[NetworkPolicyArgs]]


class CiliumIngress(pulumi.ComponentResource):
    """Ingresses and CiliumClusterwideNetworkPolicies. It depends on what makes their kinds (`CiliumInstall.crds`)."""

    ingresses: pulumi.Output[list[str]]

    def __init__(self, name: str, args: CiliumIngressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("cilium-edge:cilium:CiliumIngress", name, None, opts)
        given = only(name, args, CiliumIngressArgs.__annotations__)
        ingresses = read_each(name, Ingress, given.get("ingresses"), "ingresses")
        policies = read_each(name, NetworkPolicy, given.get("network_policies"), "network_policies")
        count = len(ingresses)
        both = judged(self, given, [*ingresses, *policies], lambda them: {
            "ingresses": tuple(them[:count]), "network_policies": tuple(them[count:])})  # fmt: skip
        names, made = [], []
        for i, (item, ingress) in enumerate(zip(given.get("ingresses") or (), both[:count], strict=True)):
            one = known(name, item, "name", f"ingresses[{i}]")
            space = item.namespace if isinstance(item, Ingress) else entry(item, "namespace") or "default"
            more = ("labels", "annotations") if entry(item, "annotations") else ("labels",)
            made.append(manifest(ingress, edge.ingress, "networking.k8s.io/v1", "Ingress", one, space, *more))
            names.append(f"{space}/{one}")
        for i, (item, policy) in enumerate(zip(given.get("network_policies") or (), both[count:], strict=True)):
            one = known(name, item, "name", f"network_policies[{i}]")
            kind = "CiliumClusterwideNetworkPolicy"
            made.append(manifest(policy, edge.network_policy, "cilium.io/v2", kind, one))
        after = pulumi.ResourceOptions(parent=self, depends_on=opts.depends_on if opts else None)
        self.objects = objects(name, made, after)
        self.ingresses = pulumi.Output.from_input(names)
        self.register_outputs({})
