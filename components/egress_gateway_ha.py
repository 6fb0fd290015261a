"""EgressGatewayHA: the HA form of egress policies, by Isovalent's kind or by the project's own controller."""

from __future__ import annotations

import pulumi

from components.cilium import edge
from components.cilium.values import helm_values
from components.egress_ha.crd import definition, ha_policy
from components.egress_ha.firewall import host_policy
from components.egress_ha.rbac import filled_by_controller, rbac
from components.egress_ha.workloads import workloads
from components.kubernetes import KubernetesObject, KubernetesProvider
from config.egress import EgressPolicy
from config.stack import StackConfig


class EgressGatewayHA(pulumi.ComponentResource):
    """Every egress policy of the stack. `crds` is the resource after which Cilium's kinds exist.

    A single gateway is Cilium's own kind. Groups are IsovalentEgressGatewayPolicies where the edition has
    them, else objects of the project's own kind and the controller that carries them out.
    """

    def __init__(self, name: str, stack: StackConfig, provider: KubernetesProvider, crds: pulumi.Resource,
                 opts: pulumi.ResourceOptions | None = None) -> None:  # fmt: skip
        super().__init__("cilium-edge:egress:EgressGatewayHA", name, None, opts)
        custom = pulumi.ResourceOptions(parent=self, provider=provider, depends_on=[crds])
        ours = by_controller(stack)
        for policy in stack.egress_policies:
            if policy not in ours:
                manifest = edge.egress_policy(policy, stack.cilium)
                KubernetesObject(f"{name}-{policy.name}", manifest, custom)
        if ours:
            self._controller(name, stack, ours, provider, crds)
        self.register_outputs({})

    def _controller(self, name: str, stack: StackConfig, policies: list[EgressPolicy], provider: KubernetesProvider,
                    crds: pulumi.Resource) -> None:  # fmt: skip
        plain = pulumi.ResourceOptions(parent=self, provider=provider)
        kind = KubernetesObject(f"{name}-crd", definition(), plain)
        rights = [
            KubernetesObject(f"{name}-{item['kind'].lower()}-{item['metadata']['name']}", item, plain)
            for item in (*filled_by_controller(stack.egress_ha), *rbac(stack.egress_ha))
        ]
        if (helm_values(stack).get("hostFirewall") or {}).get("enabled"):
            KubernetesObject(f"{name}-firewall", host_policy(stack.egress_ha), pulumi.ResourceOptions(
                parent=self, provider=provider, depends_on=[crds]))  # fmt: skip
        # Deleted first, so that the controller is there to take addresses and policies back.
        running = [
            KubernetesObject(f"{name}-{item['kind'].lower()}", item, pulumi.ResourceOptions(
                parent=self, provider=provider, depends_on=[kind, crds, *rights]))
            for item in workloads(stack.egress_ha, policies, stack.cluster, stack.cilium)
        ]  # fmt: skip
        for policy in policies:
            KubernetesObject(f"{name}-{policy.name}", ha_policy(policy), pulumi.ResourceOptions(
                parent=self, provider=provider, depends_on=running))  # fmt: skip


def by_controller(stack: StackConfig) -> list[EgressPolicy]:
    """The policies that open-source Cilium needs the controller for."""
    return [policy for policy in stack.egress_policies if policy.by_controller(stack.cilium.edition)]
