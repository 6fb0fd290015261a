"""Egress gateways as they are: somebody is selected, and each gateway has the address to leave with."""

from __future__ import annotations

from collections.abc import Iterator

from config.egress import EgressGateway, EgressPolicy
from config.node import Node
from config.stack import StackConfig
from probes.egress_expectation import first_node, gateways_for, is_selected, node_at
from probes.seen import Seen
from probes.verdict import Verdict, judged, unknown

CHECK = "egress-gateway"


def judge(stack: StackConfig, seen: Seen) -> Iterator[Verdict]:
    """One verdict for each policy; what Isovalent's operator does with its own kind is not looked at. Pure."""
    for policy in stack.egress_policies:
        if not policy.isovalent(stack.cilium.edition):
            yield _one(stack, seen, policy)


def _one(stack: StackConfig, seen: Seen, policy: EgressPolicy) -> Verdict:
    where = f"egress policy {policy.name}"
    refused = _refused(policy)
    if refused:
        wanted = "a policy that agents take"
        return judged(CHECK, policy.name, False, wanted, "agents refuse it", where, refused)
    wanted = "each gateway with its address"
    if "pods" not in seen.objects:
        return unknown(CHECK, policy.name, wanted, "API", seen.errors.get("pods", "not asked"))
    served = [pod for pod in seen.objects["pods"] if is_selected(stack, policy, pod)]
    # HA groups: what the status names as active for the pods there are. Otherwise what each entry picks.
    ways = sorted({way for pod in served for way in gateways_for(stack, policy, pod, seen)}, key=str)
    observed = ", ".join(f"{way.gateway} with {way.source or 'its default'}" for way in ways) or "no gateway"
    faults = [] if policy.egress_groups else [f for _, entry in policy.gateways() for f in _entry(stack, seen, entry)]
    for way in ways:
        node = node_at(stack, way.gateway)
        if node is None or way.source is None:
            continue
        if node.name not in seen.devices:
            return unknown(CHECK, policy.name, wanted, node.name, seen.errors.get(node.name, "no agent there"))
        if all(way.source not in addresses for addresses in seen.devices[node.name].values()):
            faults.append(f"{way.source} is on no interface of {node.name}")
    if not served and not faults:
        return unknown(CHECK, policy.name, wanted, where, "it selects no pod that is there, so nothing can be shown")
    cause = "; ".join(dict.fromkeys(faults)) or "no gateway is active"
    return judged(CHECK, policy.name, bool(ways) and not faults, wanted, observed, where, cause)


def _refused(policy: EgressPolicy) -> str:
    """Why agents do not take a policy at all (they say so in their logs alone), or nothing."""
    if not policy.selectors or any(s.pod_selector is None and s.namespace_selector is None for s in policy.selectors):
        return "it needs a podSelector or a namespaceSelector, and selects nobody without"
    if not policy.gateways():
        return "it has no gateway"
    both = [path for path, entry in policy.gateways() if entry.interface is not None and entry.egress_ip is not None]
    return f"{both[0]} has both an interface and an egressIP" if both else ""


def _entry(stack: StackConfig, seen: Seen, entry: EgressGateway) -> Iterator[str]:
    """What is wrong with the node that an entry picks, as far as its agent says."""
    node = first_node(stack, entry)
    if node is None:
        yield f"no node has the labels {entry.node_selector.manifest() or '{}'}"
    elif entry.interface is not None and node.name in seen.devices:
        yield from _interface(node, entry.interface, seen)


def _interface(node: Node, name: str, seen: Seen) -> Iterator[str]:
    addresses = seen.devices[node.name].get(name)
    if addresses is None:
        yield f"{node.name} has no interface {name}"
    elif all(":" in address for address in addresses):
        yield f"{name} of {node.name} has no IPv4 address"
