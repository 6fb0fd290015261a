"""Declares the components of a stack, and the dependencies between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from components.bgp.bgp_control_plane import BgpControlPlane
from components.cilium.cilium_install import CiliumInstall
from components.egress.egress_gateway_ha import EgressGatewayHA
from components.egress.gateway_addresses import GatewayAddresses, gateway_addresses
from components.egress.workloads import LAB_IMAGE
from components.gateways.cilium_gateways import CiliumGateways
from components.ingress.cilium_ingress import CiliumIngress
from components.inputs.secrets import secret
from components.kubernetes.resources import KubernetesProvider
from components.l2.l2_announcements import L2Announcements
from components.lb_ipam.lb_ipam import LbIpam
from components.router.render import password_names
from components.router.router_frr import RouterFRR
from components.stack.access import Access
from components.stack.drift import OUTPUT, drift
from components.workloads.manifests import Manifests
from components.workloads.workloads import Workloads
from config.certified import certified
from config.node import Node
from config.stack import StackConfig
from effective.features import features
from effective.helm import helm_values, host_firewall, secrets_namespace
from effective.objects.bgp import crd_names
from effective.return_routes import return_routes


def build(stack: StackConfig, access: Access) -> dict[str, Any]:
    """Declare everything of the stack except its hosts; returns the stack's outputs."""
    drifted = drift(stack)
    for router in stack.managed_routers:
        RouterFRR(
            router.name,
            _read(
                {
                    "connection": access.connection(router.name, router.ssh),
                    "interfaces": router.interfaces,
                    "bgp": router.bgp,
                    "static_routes": router.static_routes,
                    "adopt": router.adopt,
                    "raw": router.raw,
                    "passwords": _secrets(password_names(router)),
                }
            ),
        )
    kubeconfig = access.kubeconfig()
    cluster = KubernetesProvider("cluster", kubeconfig, pulumi.ResourceOptions())
    here = pulumi.ResourceOptions(providers=[cluster])
    items = list(gateway_addresses(stack))
    # Gateway addresses come before the agents, because an agent selects its devices when it starts.
    gateways = GatewayAddresses("gateway", items, access.connection) if items else None
    first = pulumi.ResourceOptions(providers=[cluster], depends_on=gateways.each if gateways else None)
    cilium = CiliumInstall("cilium", _install(stack, access, kubeconfig), first)
    registered = access.nodes(here)
    after = pulumi.ResourceOptions(providers=[cluster], depends_on=[cilium.crds, *registered])
    version = stack.cilium.version
    if stack.bgp is not None:
        early = pulumi.ResourceOptions(providers=[cluster], depends_on=registered)
        BgpControlPlane("bgp", _bgp(stack, access), early, crds=cilium.crds)
    pools = LbIpam("lb", _read({"pools": stack.pools, "version": version}), after)
    apps = Workloads("apps", stack.workloads, stack.services, pools.objects, here)
    if stack.egress_policies:
        EgressGatewayHA("egress", _egress(stack), after)
    if stack.l2_policies:
        L2Announcements("l2", _read({"policies": stack.l2_policies}), after)
    # Listeners come after the agents. An agent that finds listeners at its start sends them to Envoy before their
    # endpoints. Agent and Envoy then wait for each other for 30 s (the chart's initial_fetch_timeout).
    started = pulumi.ResourceOptions(providers=[cluster], depends_on=[cilium.crds, cilium.ready])
    if stack.ingresses or stack.guards():
        CiliumIngress("ingress", _ingress(stack, access), started)
    if stack.gateways or stack.routes():
        CiliumGateways("gateways", _gateways(stack, access), started)
    if stack.manifests:
        Manifests("extra", [item.document() for item in stack.manifests], after)
    return {
        "routers": {router.name: router.bgp.asn for router in stack.routers},
        "nodes": [node.name for node in stack.nodes],
        "cilium": version,
        "release": cilium.status,
        "services": apps.addresses,
        "gateways": gateways.addresses if gateways else {},
        "kubeconfig": pulumi.Output.secret(kubeconfig),
        **access.outputs(),
        **({OUTPUT: drifted.outputs()} if drifted else {}),
    }


def _read(args: dict[str, Any]) -> Any:
    """The arguments, for the type checker: they contain models, because the stack was parsed and checked before."""
    return args


def _secrets(names: tuple[str, ...]) -> dict[str, pulumi.Output[str]]:
    return {name: secret(name) for name in names}


def _install(stack: StackConfig, access: Access, kubeconfig: pulumi.Output[str]) -> Any:
    cilium, used = stack.cilium, features(stack)
    own = {field: getattr(cilium, field) for field in cilium.model_fields_set}
    chart = cilium.chart or access.chart()
    return {
        **own,
        **({"chart": chart} if chart else {}),
        "kubeconfig": kubeconfig,
        "wait_for": crd_names(stack),
        "bgp": used.bgp,
        "l2_announcements": used.l2_announcements,
        "ingress_controller": used.ingress_controller,
        "gateway_controller": used.gateway_controller,
        "egress_gateway": used.egress_gateway,
        "egress_ha": used.egress_ha,
        "api_server": used.api_server,
        "api_port": used.api_port,
        "pod_cidr": used.pod_cidr,
    }


def _bgp(stack: StackConfig, access: Access) -> Any:
    assert stack.bgp is not None
    bgp, hosts = stack.bgp, {node.name: node for node in stack.nodes}
    routes = [
        {
            "connection": access.connection(route.node, hosts[route.node].ssh),
            **{field: getattr(route, field) for field in type(route).model_fields},
        }
        for route in return_routes(stack)
    ]
    return {
        "version": stack.cilium.version,
        "cluster_configs": bgp.cluster_configs,
        "peer_configs": bgp.peer_configs,
        "advertisements": bgp.advertisements,
        "node_overrides": bgp.node_overrides,
        "auth_secrets": bgp.auth_secrets,
        "secrets_namespace": secrets_namespace(helm_values(stack)),
        "return_routes": routes,
        "passwords": _secrets(tuple(item.password_config for item in bgp.auth_secrets)),
        "nodes": [node.name for node in stack.nodes if not _labels_itself(node, bgp.node_labels)],
        "node_labels": bgp.node_labels,
    }


def _labels_itself(node: Node, labels: Mapping[str, str]) -> bool:
    """Whether a node declares another value for one of the labels. The node's own value wins, as in the rules."""
    return any(node.labels.get(key, value) != value for key, value in labels.items())


def _ingress(stack: StackConfig, access: Access) -> Any:
    return {
        "ingresses": stack.ingresses,
        "network_policies": [policy for _, policy in stack.guards()],
        "certificates": _pem(stack, access, "ingresses"),
    }


def _gateways(stack: StackConfig, access: Access) -> Any:
    return {
        "gateways": stack.gateways,
        "http_routes": stack.http_routes,
        "grpc_routes": stack.grpc_routes,
        "tls_routes": stack.tls_routes,
        "certificates": _pem(stack, access, "gateways"),
    }


def _pem(stack: StackConfig, access: Access, section: str) -> dict[str, pulumi.Output[str]]:
    """The certificates and keys of a section, by their names in the configuration."""
    made = [item.certificate for item in certified(stack) if item.path.startswith(section)]
    names = dict.fromkeys(name for one in made for name in (one.certificate_config, one.key_config) if name)
    return {name: access.certificate(name) for name in names}


def _egress(stack: StackConfig) -> Any:
    ours = stack.egress_ha
    if ours.image is None and stack.cluster.kind == "lab":
        ours = ours.model_copy(update={"image": LAB_IMAGE})
    return {
        "policies": stack.egress_policies,
        "version": stack.cilium.version,
        "edition": stack.cilium.edition,
        "ha": ours,
        "api_server": stack.cluster.api_server,
        "api_port": stack.cluster.api_port,
        "host_firewall": host_firewall(helm_values(stack)),
    }
