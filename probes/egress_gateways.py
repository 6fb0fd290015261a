"""Egress gateways in the cluster: each policy selects one, and each gateway has its egress IP."""

from __future__ import annotations

from collections.abc import Iterator

from config.egress import EgressGateway, EgressPolicy
from config.node import Node
from config.stack import StackConfig
from probes.egress_expectation import first_node, gateways_for, is_selected, node_at
from probes.observations import Observations
from probes.verdict import Verdict, judged, unknown

CHECK = "egress-gateway"


def judge(stack: StackConfig, observations: Observations) -> Iterator[Verdict]:
    """One verdict for each policy, except policies of Isovalent's own kind. Pure."""
    for policy in stack.egress_policies:
        if not policy.isovalent(stack.cilium.edition):
            yield _one(stack, observations, policy)


def _one(stack: StackConfig, observations: Observations, policy: EgressPolicy) -> Verdict:
    where = f"egress policy {policy.name}"
    refused = _refused(policy)
    if refused:
        wanted = "a policy that agents accept"
        return judged(CHECK, policy.name, False, wanted, "agents refuse it", where, refused)
    wanted = "each gateway with its address"
    if "pods" not in observations.objects:
        return unknown(CHECK, policy.name, wanted, "API", observations.errors.get("pods", "not asked"))
    served = [pod for pod in observations.objects["pods"] if is_selected(stack, policy, pod)]
    # HA groups: the active gateways in the status for the existing pods. Otherwise the node that each entry picks.
    paths = sorted({path for pod in served for path in gateways_for(stack, policy, pod, observations)}, key=str)
    observed = ", ".join(f"{path.gateway} with {path.source or 'its default'}" for path in paths) or "no gateway"
    faults = (
        []
        if policy.egress_groups
        else [f for _, entry in policy.gateways() for f in _entry(stack, observations, entry)]
    )
    for path in paths:
        node = node_at(stack, path.gateway)
        if node is None or path.source is None:
            continue
        if node.name not in observations.devices:
            return unknown(CHECK, policy.name, wanted, node.name, observations.errors.get(node.name, "no agent there"))
        if all(path.source not in addresses for addresses in observations.devices[node.name].values()):
            faults.append(f"{path.source} is on no interface of {node.name}")
    if not served and not faults:
        return unknown(CHECK, policy.name, wanted, where, "the policy selects no existing pod, so nothing is proven")
    cause = "; ".join(dict.fromkeys(faults)) or "no gateway is active"
    return judged(CHECK, policy.name, bool(paths) and not faults, wanted, observed, where, cause)


def _refused(policy: EgressPolicy) -> str:
    """Why agents refuse a policy (they report it only in their logs); empty if they accept it."""
    if not policy.selectors or any(s.pod_selector is None and s.namespace_selector is None for s in policy.selectors):
        return "the policy selects no pod: each selector needs a podSelector or a namespaceSelector"
    if not policy.gateways():
        return "it has no gateway"
    both = [path for path, entry in policy.gateways() if entry.interface is not None and entry.egress_ip is not None]
    return f"{both[0]} has both an interface and an egressIP" if both else ""


def _entry(stack: StackConfig, observations: Observations, entry: EgressGateway) -> Iterator[str]:
    """Faults of the node that an entry picks, as its agent reports them."""
    node = first_node(stack, entry)
    if node is None:
        yield f"no node has the labels {entry.node_selector.manifest() or '{}'}"
    elif entry.interface is not None and node.name in observations.devices:
        yield from _interface(node, entry.interface, observations)


def _interface(node: Node, name: str, observations: Observations) -> Iterator[str]:
    addresses = observations.devices[node.name].get(name)
    if addresses is None:
        yield f"{node.name} has no interface {name}"
    elif all(":" in address for address in addresses):
        yield f"{name} of {node.name} has no IPv4 address"
