"""The features of Cilium that a stack uses, as far as Helm values depend on them."""

from __future__ import annotations

from dataclasses import dataclass

from config.cilium import Cilium
from config.gateway import GatewayController
from config.ingress import IngressController
from config.net import Address, Prefix
from config.stack import StackConfig


@dataclass(frozen=True)
class Features:
    """The used features, and the settings of the cluster for the agents.

    `egress_ha`: the project's own controller makes egress gateways highly available. None: the chart's default.
    """

    cilium: Cilium
    bgp: bool = False
    l2_announcements: bool = False
    ingress_controller: IngressController | None = None
    gateway_controller: GatewayController | None = None
    egress_gateway: bool = False
    egress_ha: bool = False
    api_server: Address | str | None = None
    api_port: int = 6443
    pod_cidr: Prefix | None = None


def features(stack: StackConfig) -> Features:
    """The features of a whole stack."""
    return Features(
        cilium=stack.cilium,
        bgp=stack.bgp is not None,
        l2_announcements=bool(stack.l2_policies),
        ingress_controller=stack.ingress_controller,
        gateway_controller=stack.gateway_controller,
        egress_gateway=bool(stack.egress_policies),
        egress_ha=any(policy.by_controller(stack.cilium.edition) for policy in stack.egress_policies),
        api_server=stack.cluster.api_server,
        api_port=stack.cluster.api_port,
        pod_cidr=stack.cluster.pod_cidr,
    )
