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

    The nodes of `nodeGroups` stand behind those that are written out, as if they were, too.
    """

    cluster: Cluster
    """Where the cluster comes from, and its address plan."""
    nodes: tuple[Node, ...]
    """The nodes, one by one; all of them, or those that no group has."""
    node_groups: tuple[NodeGroup, ...] = ()
    """Nodes of one kind, said once."""
    routers: tuple[Router, ...] = ()
    """The FRR routers, and routers of any make that somebody else configures."""
    outposts: tuple[Outpost, ...] = ()
    """Hosts outside the cluster that say whose address they saw."""
    cilium: Cilium = Cilium()
    """The Cilium installation."""
    bgp: Bgp | None = None
    """Cilium's BGP control plane; unset: off."""
    pools: tuple[Pool, ...] = ()
    """Addresses for LoadBalancer Services."""
    l2_policies: tuple[L2Policy, ...] = ()
    """Which nodes answer ARP and NDP for which Services."""
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
    """Which clients outside the cluster the Ingress admits; unset: no policy is made."""
    network_policies: tuple[NetworkPolicy, ...] = ()
    """Cilium's network policies that guard the edge."""
    egress_policies: tuple[EgressPolicy, ...] = ()
    """Which pods leave the cluster through which nodes."""
    egress_ha: EgressHA = Field(default=EgressHA(), alias="egressHA")
    """The controller that lets gateways stand in for each other."""
    services: tuple[Service, ...] = ()
    """Services, made here or made by somebody else."""
    workloads: tuple[Workload, ...] = ()
    """Demo Deployments and Pods."""
    manifests: tuple[Manifest, ...] = ()
    """Further objects of the Kubernetes API, in the API's own words."""
    waivers: tuple[Waiver, ...] = ()
    """Rules that the stack breaks on purpose."""

    @model_validator(mode="before")
    @classmethod
    def _as_a_whole(cls, data: Any) -> Any:
        return _with_ipam(_with_groups(data)) if isinstance(data, dict) else data

    @property
    def managed_routers(self) -> tuple[Router, ...]:
        """The routers that the program configures; of the others it knows what the stack declares."""
        return tuple(router for router in self.routers if router.managed)

    def hosts(self) -> list[str]:
        """The names of all hosts that the program reaches: its routers, nodes, outposts."""
        routers = (router.name for router in self.managed_routers)
        return [*routers, *(n.name for n in self.nodes), *(o.name for o in self.outposts)]

    def guards(self) -> tuple[tuple[str, NetworkPolicy], ...]:
        """Every network policy that there will be, with its YAML path: those declared, and those of `ingressAccess`."""
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
        """A YAML path as the user's file has it: nodes of groups stand there as their group."""
        match = re.match(r"^nodes\[(\d+)\]", path)
        index = int(match[1]) - len(self.nodes) + sum(group.count for group in self.node_groups) if match else -1
        for i, group in enumerate(self.node_groups):
            if match is not None and 0 <= index < group.count:
                return f"nodeGroups[{i}]{path[match.end() :]}"
            index -= group.count
        return path

    def bgp_nodes(self) -> tuple[Node, ...]:
        """The nodes that at least one BGP cluster config selects (`bgp.nodeLabels` counted in)."""
        if self.bgp is None:
            return ()
        selection = NodeSelection(self)
        chosen = {node.name for config in self.bgp.cluster_configs for node in selection.chosen(config.node_selector)}
        return tuple(node for node in self.nodes if node.name in chosen)

    def node_labels(self, node: Node) -> dict[str, str]:
        """The labels that a node will carry, as far as that is known: its own, ours, the kubelet's and kubeadm's."""
        ours = self.bgp.node_labels if self.bgp else {}
        role = {CONTROL_PLANE: ""} if node.role == "control-plane" else {}
        return {HOSTNAME: node.name, OS: "linux", **role, **ours, **node.labels}


def _with_groups(data: dict[str, Any]) -> dict[str, Any]:
    """The nodes of groups among the others. What is wrong with a group is said where the field itself is read."""
    groups = data.get("nodeGroups", data.get("node_groups"))
    written = data.get("nodes", ())
    if not isinstance(groups, (list, tuple)) or not isinstance(written, (list, tuple)):
        return data
    made: list[Node] = []
    there: list[Node] = []
    with suppress(ValidationError):
        made = [Node.model_validate(node) for group in groups for node in NodeGroup.model_validate(group).nodes()]
        # A document that was written from a stack has them already, at its end.
        there = [Node.model_validate(node) for node in written[max(len(written) - len(made), 0) :]]
    return {**data, "nodes": [*written, *(made if made != there else ())]}


def _with_ipam(data: dict[str, Any]) -> dict[str, Any]:
    """Nodes with a podCIDR get it from Kubernetes, unless the stack says another IPAM mode."""
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

    Raises LabError where the prefix has too few of them.
    """
    prefix = cluster.management_prefix
    hosts = [MANAGEMENT, *stack.hosts()]
    addresses = [ip_interface(f"{ip}/{prefix.prefixlen}") for ip in islice(prefix.hosts(), len(hosts))]
    if len(addresses) < len(hosts):
        raise LabError(
            f"cluster.managementPrefix: expected a prefix with {len(hosts)} host addresses or more, got {prefix}"
        )
    return dict(zip(hosts, addresses, strict=True))
