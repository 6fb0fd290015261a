"""What rules ask a stack: its parts with their YAML paths, joined once and kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from config.bgp import Advertisement, AdvertisementSet, Bgp, Instance, PeerConfig
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
    """The stack does not say which Cilium there is: what is asked for depends on it."""


class Facts:
    """A stack, and what follows from it; `before` is the stack that it replaces, where that is known.

    `declared` is the stack without what was read from its manifests: only it makes Helm values. Everything is
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
        """Which Cilium there will be. Raises NotInstalled where that is not known."""
        if not self._installed:
            raise NotInstalled
        return self._release

    def helm(self, key: str) -> Any:
        """The value that a Helm key will have: the user's, else ours, else the chart's default.

        Raises NotInstalled where nobody knows which Cilium there is.
        """
        return value(self._values, self.release, key)

    def on(self, key: str) -> bool:
        """Whether a Helm switch is on; the chart takes texts for switches too."""
        return str(self.helm(key)).lower() in ("true", "strict", "partial", "probe")

    @property
    def serves_services(self) -> bool:
        """Whether Cilium's own datapath serves Services; up to 1.18 nodePort.enabled is enough."""
        return self.on("kubeProxyReplacement") or (self.release < (1, 19) and self.on("nodePort.enabled"))

    @property
    def bgp(self) -> Bgp:
        """The BGP section, empty where there is none."""
        return self.stack.bgp or Bgp()

    @cached_property
    def selection(self) -> NodeSelection:
        """Which nodes selectors take, where not every label is known."""
        return NodeSelection(self.stack)

    @property
    def labels(self) -> dict[str, dict[str, str]]:
        """Node name -> its labels, as far as they are known."""
        return self.selection.labels

    def chosen(self, selector: LabelSelector | None) -> list[Node]:
        """The nodes that a selector takes, or may take by labels that the stack does not know; none takes all."""
        return self.selection.chosen(selector)

    def selected(self, selector: LabelSelector | None) -> list[Node]:
        """The nodes that a selector takes for certain; none takes all."""
        nodes: Sequence[Node] = self.stack.nodes
        if selector is None:
            return list(nodes)
        if CONTROL_PLANE in selector.match_labels:
            return self.selection.sure(selector)
        if selector.match_labels:
            # Only the nodes with the rarest of the labels need a look.
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
        """By name."""
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
        """Every peering of every node, with the router's side where the stack has that router."""
        return list(declared_sessions(self.stack))

    @cached_property
    def advertisement_entries(self) -> list[tuple[str, AdvertisementSet, Advertisement]]:
        """Every advertisement entry with its path and the set it is in."""
        return [
            (f"bgp.advertisements[{i}].advertisements[{j}]", item, entry)
            for i, item in enumerate(self.bgp.advertisements)
            for j, entry in enumerate(item.advertisements)
        ]

    @cached_property
    def carried(self) -> list[Carried]:
        """The advertisement entries that peers really carry."""
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
        """Those of them that LB-IPAM serves, the shared one of the Ingress controller first."""
        return [
            (item.path, item.service)
            for item in self.made
            if item.service.type == "LoadBalancer" and item.service.load_balancer_class in (None, *LB_IPAM_CLASSES)
        ]

    def place(self, path: str, field: str) -> str:
        """Where a field of a Service stands in the user's file: one that Cilium makes has its fields elsewhere."""
        for item in self.made:
            if item.path == path:
                return item.places.get(field, path)
        return f"{path}.{field}"

    @property
    def addressed(self) -> list[tuple[str, Service]]:
        """Every Service that wants an address from LB-IPAM, declared or made by Cilium."""
        return [*self.lb_services, *self.made_services]

    @cached_property
    def addresses(self) -> list[tuple[str, str, InterfaceAddress]]:
        """Every interface address of every host: path, host name, address."""
        hosts = [(f"nodes[{i}]", node.name, node.links) for i, node in enumerate(self.stack.nodes)]
        hosts += [(f"routers[{i}]", router.name, router.interfaces) for i, router in enumerate(self.stack.routers)]
        return [
            (f"{path}.interfaces[{j}].address", name, interface.address)
            for path, name, links in hosts
            for j, interface in enumerate(links)
            if isinstance(interface, Interface)
        ]

    def networks(self) -> Iterator[tuple[str, Prefix]]:
        """The prefixes that hosts are attached to, with their paths; each once."""
        seen: set[Prefix] = set()
        for path, _, address in self.addresses:
            if address.network not in seen:
                seen.add(address.network)
                yield path, address.network
