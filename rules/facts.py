"""The parts of a stack for rules, with their YAML paths, computed once and cached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from config.bgp import Advertisement, AdvertisementSet, Bgp, Instance, PeerConfig
from config.cluster import ExistingCluster
from config.egress import EgressGateway, EgressPolicy
from config.labels import CONTROL_PLANE, LabelSelector
from config.net import InterfaceAddress, Prefix
from config.node import Interface, Node
from config.selection import NodeSelection
from config.stack import StackConfig
from config.workload import BGP_CLASS, L2_CLASS, Service
from effective.helm import helm_values, value
from effective.made import Made, of_gateways, of_ingresses
from effective.peerings.declared import DeclaredSession, declared_sessions

# The classes whose Services LB-IPAM serves (Cilium operator/pkg/lbipam); io.cilium/node gets node addresses.
LB_IPAM_CLASSES = (BGP_CLASS, L2_CLASS)
CLASSES = (*LB_IPAM_CLASSES, "io.cilium/node")


@dataclass(frozen=True)
class Carried:
    """An advertisement entry that a family of a peer config selects."""

    path: str
    peer_config: PeerConfig
    afi: str
    entry: Advertisement


@dataclass(frozen=True)
class Gateway:
    """One gateway entry: its YAML path, its policy, and its nodes."""

    path: str
    policy: EgressPolicy
    entry: EgressGateway
    nodes: tuple[Node, ...]


class NotInstalled(Exception):
    """The requested value depends on the Cilium release, which the stack does not declare."""


class Facts:
    """A stack, and the values derived from it. `before` is the previous stack, if known.

    `declared` is the stack without the objects from `manifests`: Helm values come only from this stack. Everything is
    computed at most once.
    """

    def __init__(
        self,
        stack: StackConfig,
        before: StackConfig | None = None,
        declared: StackConfig | None = None,
        installed: bool = True,
    ) -> None:
        self.stack = stack
        self.before = before
        self.declared = declared or stack
        self._installed, self._release = installed, stack.cilium.release
        self._values = helm_values(self.declared)

    @property
    def release(self) -> tuple[int, int]:
        """The Cilium release of the stack. Raises NotInstalled if it is unknown."""
        if not self._installed:
            raise NotInstalled
        return self._release

    def helm(self, key: str) -> Any:
        """The effective value of a Helm key: the user's, otherwise the project's, otherwise the chart's default.

        Raises NotInstalled if the Cilium release is unknown.
        """
        return value(self._values, self.release, key)

    def on(self, key: str) -> bool:
        """Whether a Helm switch is on. The chart also accepts texts as switches."""
        return str(self.helm(key)).lower() in ("true", "strict", "partial", "probe")

    @property
    def serves_services(self) -> bool:
        """Whether Cilium's own datapath serves Services. Up to 1.18, nodePort.enabled is enough."""
        return self.on("kubeProxyReplacement") or (self.release < (1, 19) and self.on("nodePort.enabled"))

    @property
    def terminates(self) -> bool:
        """Whether Envoy takes clients' requests for Ingresses or Gateways, with the identity `reserved:ingress`."""
        return self.on("ingressController.enabled") or self.on("gatewayAPI.enabled")

    @property
    def bgp(self) -> Bgp:
        """The BGP section, or an empty one."""
        return self.stack.bgp or Bgp()

    @cached_property
    def selection(self) -> NodeSelection:
        """The results of selectors for nodes, including unknown labels."""
        return NodeSelection(self.stack)

    @property
    def labels(self) -> dict[str, dict[str, str]]:
        """Node name -> the known labels of the node."""
        return self.selection.labels

    def chosen(self, selector: LabelSelector | None) -> list[Node]:
        """The nodes that a selector certainly or (because of unknown labels) possibly selects. None selects all."""
        return self.selection.chosen(selector)

    def selected(self, selector: LabelSelector | None) -> list[Node]:
        """The nodes that a selector certainly selects. None selects all."""
        nodes: Sequence[Node] = self.stack.nodes
        if selector is None:
            return list(nodes)
        if CONTROL_PLANE in selector.match_labels:
            return self.selection.sure(selector)
        if selector.match_labels:
            # Only the nodes with the rarest label need a check.
            nodes = min((self._by_label.get(pair, []) for pair in selector.match_labels.items()), key=len)
        return [node for node in nodes if selector.matches(self.labels[node.name])]

    @cached_property
    def _by_label(self) -> dict[tuple[str, str], list[Node]]:
        index: dict[tuple[str, str], list[Node]] = {}
        for node in self.stack.nodes:
            for pair in self.labels[node.name].items():
                index.setdefault(pair, []).append(node)
        return index

    @cached_property
    def gateways(self) -> list[Gateway]:
        """Every gateway entry of every egress policy, with the nodes that it selects."""
        return [
            Gateway(f"egressPolicies[{i}].{where}", policy, entry, tuple(self.selected(entry.node_selector)))
            for i, policy in enumerate(self.stack.egress_policies)
            for where, entry in policy.gateways()
        ]

    @cached_property
    def peer_configs(self) -> dict[str, PeerConfig]:
        """The peer configs by name."""
        return {item.name: item for item in self.bgp.peer_configs}

    @cached_property
    def instances(self) -> list[tuple[str, Instance]]:
        """Every BGP instance with its path."""
        return [
            (f"bgp.clusterConfigs[{i}].instances[{j}]", instance)
            for i, config in enumerate(self.bgp.cluster_configs)
            for j, instance in enumerate(config.instances)
        ]

    @cached_property
    def sessions(self) -> list[DeclaredSession]:
        """Every peering of every node, with the router's side if the stack has the router."""
        return list(declared_sessions(self.stack))

    @cached_property
    def advertisement_entries(self) -> list[tuple[str, AdvertisementSet, Advertisement]]:
        """Every advertisement entry with its path and its set."""
        return [
            (f"bgp.advertisements[{i}].advertisements[{j}]", item, entry)
            for i, item in enumerate(self.bgp.advertisements)
            for j, entry in enumerate(item.advertisements)
        ]

    @cached_property
    def carried(self) -> list[Carried]:
        """The advertisement entries that a peer's families select."""
        return [
            Carried(path, config, family.afi, entry)
            for config in self.bgp.peer_configs
            for family in config.families
            if family.advertisements is not None
            for path, item, entry in self.advertisement_entries
            if family.advertisements.matches(item.labels)
        ]

    @cached_property
    def lb_services(self) -> list[tuple[str, Service]]:
        """The LoadBalancer Services that Cilium's LB-IPAM serves."""
        return [
            (f"services[{i}]", service)
            for i, service in enumerate(self.stack.services)
            if service.type == "LoadBalancer" and service.load_balancer_class in (None, *LB_IPAM_CLASSES)
        ]

    @cached_property
    def made(self) -> list[Made]:
        """The Services that Cilium makes for Ingresses and Gateways, of every type."""
        return [*of_ingresses(self.stack, self.helm), *of_gateways(self.stack, self.helm)]

    @cached_property
    def made_services(self) -> list[tuple[str, Service]]:
        """The Services in `made` that LB-IPAM serves, the Ingress controller's shared Service first."""
        return [
            (item.path, item.service)
            for item in self.made
            if item.service.type == "LoadBalancer" and item.service.load_balancer_class in (None, *LB_IPAM_CLASSES)
        ]

    def place(self, path: str, field: str) -> str:
        """The path of a Service's field in the user's file. Services that Cilium makes have other paths."""
        for item in self.made:
            if item.path == path:
                return item.places.get(field, path)
        return f"{path}.{field}"

    @property
    def addressed(self) -> list[tuple[str, Service]]:
        """Every Service that needs an address from LB-IPAM, declared or made by Cilium."""
        return [*self.lb_services, *self.made_services]

    @cached_property
    def addresses(self) -> list[tuple[str, str, InterfaceAddress]]:
        """Every interface address of every node, router and outpost: path, host name, address."""
        hosts = [(f"nodes[{i}]", node.name, node.links) for i, node in enumerate(self.stack.nodes)]
        hosts += [(f"routers[{i}]", router.name, router.interfaces) for i, router in enumerate(self.stack.routers)]
        found = [
            (f"{path}.interfaces[{j}].address", name, interface.address)
            for path, name, links in hosts
            for j, interface in enumerate(links)
            if isinstance(interface, Interface)
        ]
        return [
            *found,
            *((f"outposts[{i}].address", one.name, one.address) for i, one in enumerate(self.stack.outposts)),
        ]

    def networks(self) -> Iterator[tuple[str, Prefix]]:
        """The distinct prefixes of the hosts' links, with their paths.

        The links of outposts of an existing cluster are outside the address plan.
        """
        seen: set[Prefix] = set()
        elsewhere = isinstance(self.stack.cluster, ExistingCluster)
        for path, _, address in self.addresses:
            if address.network not in seen and not (elsewhere and path.startswith("outposts")):
                seen.add(address.network)
                yield path, address.network
