"""A stack as resources: which components there are, and what waits for what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pulumi

from components.access import access
from components.bgp_control_plane import BgpControlPlane
from components.cilium.values import conflicts
from components.cilium_install import CiliumInstall
from components.edge_objects import EdgeObjects, edge_manifests
from components.egress_gateway_ha import EgressGatewayHA, by_controller
from components.gateway_addresses import GatewayAddresses, gateway_addresses
from components.kubernetes import KubernetesProvider
from components.lb_ipam import LbIpam
from components.router_frr import RouterFRR
from components.workloads import Workloads
from config.errors import ConfigError, Problem
from config.stack import StackConfig


def contradictions(stack: StackConfig) -> list[Problem]:
    """Where a stack contradicts itself, or asks for what nothing builds."""
    return [*conflicts(stack), *not_possible(stack)]


def not_possible(stack: StackConfig) -> Iterator[Problem]:
    """What the models can say and this Cilium cannot do."""
    if stack.cilium.release >= (1, 18):
        return
    for policy in by_controller(stack):
        i = stack.egress_policies.index(policy)
        if policy.az_affinity != "disabled":
            yield Problem(f"egressPolicies[{i}].azAffinity", "disabled (zones need Cilium 1.18)", policy.az_affinity)


def check(stack: StackConfig) -> StackConfig:
    """Refuse a stack that contradicts itself. Raises ConfigError with every contradiction."""
    problems = contradictions(stack)
    if problems:
        raise ConfigError(pulumi.get_stack(), problems)
    return stack


def build(stack: StackConfig) -> dict[str, Any]:
    """Declare everything; returns the stack's outputs."""
    way = access(stack)
    for router in stack.routers:
        RouterFRR(router.name, router, way.connection(router.name, router.ssh))
    kubeconfig = way.kubeconfig()
    provider = KubernetesProvider("cluster", kubeconfig, pulumi.ResourceOptions())
    # Before the agents: they pick their devices when they start.
    addresses = GatewayAddresses("gateway", stack, way).each if list(gateway_addresses(stack)) else []
    cilium = CiliumInstall("cilium", stack, way, provider, addresses)
    if stack.bgp is not None:
        BgpControlPlane("bgp", stack, stack.bgp, way, provider, cilium.crds)
    pools: list[pulumi.Resource] = list(LbIpam("lb", stack, provider, cilium.crds).pools)
    workloads = Workloads("apps", stack, provider, pools)
    if stack.egress_policies:
        EgressGatewayHA("egress", stack, provider, cilium.crds)
    for kind, name, made in edge_manifests(stack):
        EdgeObjects(kind, name, made, provider, cilium.crds)
    return {
        "routers": {router.name: router.bgp.asn for router in stack.routers},
        "nodes": [node.name for node in stack.nodes],
        "cilium": stack.cilium.version,
        "release": cilium.release.status.apply(_release),
        "services": workloads.addresses,
        "kubeconfig": pulumi.Output.secret(kubeconfig),
    }


def _release(status: Any) -> dict[str, Any]:
    """What is installed, as Helm says."""
    keys = ("name", "namespace", "version", "appVersion", "revision", "status")
    return {key: (status or {}).get(key) for key in keys}
