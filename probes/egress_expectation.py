"""The expected gateways of each pod by the egress policies, and the expected source addresses at an outpost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.egress import EgressGateway, EgressPolicy, EgressSelector
from config.labels import ZONE
from config.node import Node
from config.outpost import Outpost
from config.stack import StackConfig
from probes.observations import Json, Observations

# The gateway in an entry for an excluded destination (Cilium pkg/egressgateway).
_EXCLUDED = "0.0.0.1"


@dataclass(frozen=True)
class EgressPath:
    """A possible gateway for a pod's traffic: its node address and its source address."""

    gateway: str
    source: str | None


def expected_entries(stack: StackConfig, observations: Observations) -> dict[tuple[str, str], list[EgressPath]]:
    """(pod address, destination) -> possible gateways of the entry. An excluded destination has the gateway 0.0.0.1."""
    entries: dict[tuple[str, str], list[EgressPath]] = {}
    for pod in observations.objects["pods"]:
        for policy in stack.egress_policies:
            if is_selected(stack, policy, pod):
                address = str(pod["status"]["podIP"])
                paths = gateways_for(stack, policy, pod, observations)
                entries |= {(address, str(cidr)): paths for cidr in policy.destination_cidrs}
                entries |= {(address, str(cidr)): [EgressPath(_EXCLUDED, None)] for cidr in policy.excluded_cidrs}
    return entries


def is_selected(stack: StackConfig, policy: EgressPolicy, pod: Json) -> bool:
    """Whether a policy applies to a pod: the pod has an address of its own, and a selector matches."""
    if pod["spec"].get("hostNetwork") or pod["metadata"].get("deletionTimestamp"):
        return False
    has_address = bool((pod.get("status") or {}).get("podIP"))
    return has_address and any(_selects(selector, stack, pod) for selector in policy.selectors)


def gateways_for(stack: StackConfig, policy: EgressPolicy, pod: Json, observations: Observations) -> list[EgressPath]:
    """The gateways that may serve a pod: those of the HA status, or the first node of each entry."""
    if policy.egress_groups:
        node = _node_of(stack, pod)
        zone = stack.node_labels(node).get(ZONE, "") if node else ""
        return [
            path
            for index, status in enumerate(_groups(policy, observations))
            for path in _of_group(stack, policy, index, status, zone)
        ]
    picked = [(entry, first_node(stack, entry)) for _, entry in policy.gateways()]
    return [EgressPath(str(node.address), _source(entry, node)) for entry, node in picked if node is not None]


def first_node(stack: StackConfig, entry: EgressGateway) -> Node | None:
    """The node that agents pick for an entry: the first selected node by name."""
    chosen = (node for node in stack.nodes if entry.node_selector.matches(stack.node_labels(node)))
    return min(chosen, key=lambda node: node.name, default=None)


def _of_group(stack: StackConfig, policy: EgressPolicy, index: int, status: Json, zone: str) -> Iterator[EgressPath]:
    active = status.get("activeGatewayIPs") or []
    if policy.az_affinity != "disabled" and zone:
        active = (status.get("activeGatewayIPsByAZ") or {}).get(zone) or []
    group = policy.egress_groups[index]
    for gateway in active:
        node = node_at(stack, gateway)
        given = (status.get("egressIPByGatewayIP") or {}).get(gateway)
        yield EgressPath(gateway, given or (_source(group, node) if node else None))


def node_at(stack: StackConfig, gateway: str) -> Node | None:
    """The node with the address of a gateway."""
    return next((node for node in stack.nodes if str(node.address) == gateway), None)


def _node_of(stack: StackConfig, pod: Json) -> Node | None:
    return next((node for node in stack.nodes if node.name == pod["spec"].get("nodeName")), None)


def _source(entry: EgressGateway, node: Node) -> str | None:
    if entry.egress_ip is not None:
        return str(entry.egress_ip)
    if entry.interface is not None:
        return next((str(i.address.ip) for i in node.interfaces if i.name == entry.interface), None)
    return None


def _groups(policy: EgressPolicy, observations: Observations) -> list[Json]:
    item: Json = next((i for i in observations.objects.get("egress", []) if i["metadata"]["name"] == policy.name), {})
    return list((item.get("status") or {}).get("groupStatuses") or [])[: len(policy.egress_groups)]


def _selects(selector: EgressSelector, stack: StackConfig, pod: Json) -> bool:
    labels: Mapping[str, str] = pod["metadata"].get("labels") or {}
    if selector.pod_selector is not None and not selector.pod_selector.matches(labels):
        return False
    if selector.namespace_selector is not None:
        space = {"kubernetes.io/metadata.name": pod["metadata"]["namespace"]}
        if not selector.namespace_selector.matches(space):
            return False
    if selector.node_selector is None:
        return True
    node = _node_of(stack, pod)
    return node is not None and selector.node_selector.matches(stack.node_labels(node))


def expected_sources(stack: StackConfig, pod: Json, outpost: Outpost, observations: Observations) -> set[str]:
    """The possible source addresses of a pod at an outpost. If no policy applies, the address of the pod's node."""
    target = outpost.address.ip
    for policy in stack.egress_policies:
        applies = any(target in c for c in policy.destination_cidrs) and not any(
            target in c for c in policy.excluded_cidrs
        )
        if applies and any(_selects(selector, stack, pod) for selector in policy.selectors):
            return {path.source or path.gateway for path in gateways_for(stack, policy, pod, observations)}
    node = _node_of(stack, pod)
    return {str(node.source_towards(target))} if node else set()
