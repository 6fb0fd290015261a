"""A whole stack: hosts, Cilium, BGP, pools, gateways, Services."""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import ip_interface
from itertools import islice
from typing import Any

from pydantic import Field, ValidationError, model_validator

from config.base import Model
from config.bgp import Bgp
from config.cilium import Cilium
from config.cluster import Cluster, LabCluster
from config.egress import EgressHA, EgressPolicy
from config.errors import LabError
from config.gateway import Gateway, GatewayController
from config.ingress import Ingress, IngressController
from config.ingress_access import IngressAccess
from config.kind import is_kind
from config.l2 import L2Policy
from config.labels import CONTROL_PLANE, HOSTNAME, OS
from config.manifest import Manifest
from config.net import InterfaceAddress
from config.node import Node
from config.node_group import NodeGroup
from config.outpost import Outpost
from config.policy import NetworkPolicy
from config.pool import Pool
from config.router import Router
from config.routes import GrpcRoute, HttpRoute, Route, TlsRoute
from config.selection import NodeSelection
from config.waiver import Waiver
from config.workload import Service, Workload


class StackConfig(Model):
    """One environment: hosts, Cilium, BGP, pools, Services and demo workloads.

    The nodes of `nodeGroups` follow the nodes in `nodes`, as if they were written there.
    """

    cluster: Cluster
    """The source of the cluster, and its address plan."""
    nodes: tuple[Node, ...]
    """The single nodes, outside of groups."""
    node_groups: tuple[NodeGroup, ...] = ()
    """Groups of similar nodes."""
    routers: tuple[Router, ...] = ()
    """The FRR routers, and routers of any vendor that the program does not configure."""
    outposts: tuple[Outpost, ...] = ()
    """Hosts outside the cluster that report the source address of each request."""
    cilium: Cilium = Cilium()
    """The Cilium installation."""
    bgp: Bgp | None = None
    """Cilium's BGP control plane; unset: off."""
    pools: tuple[Pool, ...] = ()
    """Address pools for LoadBalancer Services."""
    l2_policies: tuple[L2Policy, ...] = ()
    """L2 announcements: the nodes that answer ARP and NDP for Services."""
    ingress_controller: IngressController | None = None
    """Cilium's Ingress controller; unset: off."""
    ingresses: tuple[Ingress, ...] = ()
    """Ingress objects."""
    gateway_controller: GatewayController | None = None
    """Cilium's controller of the Gateway API; unset: off."""
    gateways: tuple[Gateway, ...] = ()
    """Gateways of the Gateway API."""
    http_routes: tuple[HttpRoute, ...] = ()
    """HTTPRoutes of the Gateway API."""
    grpc_routes: tuple[GrpcRoute, ...] = ()
    """GRPCRoutes of the Gateway API."""
    tls_routes: tuple[TlsRoute, ...] = ()
    """TLSRoutes of the Gateway API."""
    ingress_access: IngressAccess | None = None
    """The clients outside the cluster that the Ingress admits; unset: no policies for the Ingress."""
    network_policies: tuple[NetworkPolicy, ...] = ()
    """Cilium's network policies that protect the edge."""
    egress_policies: tuple[EgressPolicy, ...] = ()
    """Egress gateways: the pods, and the nodes through which their traffic leaves the cluster."""
    egress_ha: EgressHA = Field(default=EgressHA(), alias="egressHA")
    """The controller of highly available egress gateways."""
    services: tuple[Service, ...] = ()
    """Services, made by the program or existing."""
    workloads: tuple[Workload, ...] = ()
    """Demo Deployments and Pods."""
    manifests: tuple[Manifest, ...] = ()
    """Further objects of the Kubernetes API, in the API's own format."""
    waivers: tuple[Waiver, ...] = ()
    """Rules that the stack breaks on purpose."""

    @model_validator(mode="before")
    @classmethod
    def _as_a_whole(cls, data: Any) -> Any:
        return _with_ipam(_with_groups(data)) if isinstance(data, dict) else data

    @property
    def managed_routers(self) -> tuple[Router, ...]:
        """The routers that the program configures."""
        return tuple(router for router in self.routers if router.managed)

    def hosts(self) -> list[str]:
        """The names of all hosts that the program connects to: managed routers, nodes, outposts."""
        routers = (router.name for router in self.managed_routers)
        return [*routers, *(n.name for n in self.nodes), *(o.name for o in self.outposts)]

    def guards(self) -> tuple[tuple[str, NetworkPolicy], ...]:
        """Every network policy, with its YAML path: the declared policies and the policies of `ingressAccess`."""
        made = self.ingress_access.policies() if self.ingress_access else ()
        return (
            *((f"networkPolicies[{i}]", policy) for i, policy in enumerate(self.network_policies)),
            *(("ingressAccess", policy) for policy in made),
        )

    def routes(self) -> tuple[tuple[str, str, Route], ...]:
        """Every route of the Gateway API, with its YAML path and its kind."""
        kinds: dict[str, tuple[str, tuple[Route, ...]]] = {
            "HTTPRoute": ("httpRoutes", self.http_routes),
            "GRPCRoute": ("grpcRoutes", self.grpc_routes),
            "TLSRoute": ("tlsRoutes", self.tls_routes),
        }
        return tuple(
            (f"{section}[{i}]", kind, route)
            for kind, (section, routes) in kinds.items()
            for i, route in enumerate(routes)
        )

    def written(self, path: str) -> str:
        """The YAML path in the user's file: a node of a group becomes the group."""
        match = re.match(r"^nodes\[(\d+)\]", path)
        index = int(match[1]) - len(self.nodes) + sum(group.count for group in self.node_groups) if match else -1
        for i, group in enumerate(self.node_groups):
            if match is not None and 0 <= index < group.count:
                return f"nodeGroups[{i}]{path[match.end() :]}"
            index -= group.count
        return path

    def bgp_nodes(self) -> tuple[Node, ...]:
        """The nodes that at least one BGP cluster config selects (including `bgp.nodeLabels`)."""
        if self.bgp is None:
            return ()
        selection = NodeSelection(self)
        chosen = {node.name for config in self.bgp.cluster_configs for node in selection.chosen(config.node_selector)}
        return tuple(node for node in self.nodes if node.name in chosen)

    def node_labels(self, node: Node) -> dict[str, str]:
        """The known labels of a node: from the stack file, from `bgp.nodeLabels`, from the kubelet and from kubeadm."""
        ours = self.bgp.node_labels if self.bgp else {}
        role = {CONTROL_PLANE: ""} if node.role == "control-plane" else {}
        return {HOSTNAME: node.name, OS: "linux", **role, **ours, **node.labels}


def _with_groups(data: dict[str, Any]) -> dict[str, Any]:
    """The document with the nodes of groups in `nodes`. Validation of `nodeGroups` itself reports invalid groups."""
    groups = data.get("nodeGroups", data.get("node_groups"))
    written = data.get("nodes", ())
    if not isinstance(groups, (list, tuple)) or not isinstance(written, (list, tuple)):
        return data
    made: list[Node] = []
    there: list[Node] = []
    with suppress(ValidationError):
        made = [Node.model_validate(node) for group in groups for node in NodeGroup.model_validate(group).nodes()]
        # A document that was written from a stack has these nodes at its end, and with kind's addresses that of kind.
        there = [Node.model_validate(node) for node in written[max(len(written) - len(made), 0) :]]
    known = [one.name for one in made] == [one.name for one in there] if is_kind(data) else made == there
    return {**data, "nodes": [*written, *(() if known else made)]}


def _with_ipam(data: dict[str, Any]) -> dict[str, Any]:
    """The document with `ipam: kubernetes`, if nodes have a podCIDR and the stack sets no IPAM mode."""
    cilium, nodes = data.get("cilium", {}), data.get("nodes")
    if not isinstance(cilium, dict) or not isinstance(nodes, list) or "ipam" in cilium:
        return data
    values = cilium.get("values")
    said = isinstance(values, dict) and isinstance(values.get("ipam"), dict) and "mode" in values["ipam"]
    if said or not any(
        node.pod_cidr if isinstance(node, Node) else isinstance(node, dict) and node.get("podCIDR") for node in nodes
    ):
        return data
    return {**data, "cilium": {**cilium, "ipam": "kubernetes"}}


MANAGEMENT = "mgmt"


def management_addresses(stack: StackConfig, cluster: LabCluster) -> dict[str, InterfaceAddress]:
    """Host name -> its address on the lab's management network, the management host first.

    Raises LabError if the prefix has too few addresses.
    """
    prefix = cluster.management_prefix
    hosts = [MANAGEMENT, *stack.hosts()]
    addresses = [ip_interface(f"{ip}/{prefix.prefixlen}") for ip in islice(prefix.hosts(), len(hosts))]
    if len(addresses) < len(hosts):
        raise LabError(
            f"cluster.managementPrefix: expected a prefix with {len(hosts)} host addresses or more, got {prefix}"
        )
    return dict(zip(hosts, addresses, strict=True))
