"""L2 announcements: one node answers for a Service's address on the link, and this node has a backend."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address

from config.l2 import L2Policy
from config.stack import StackConfig
from config.workload import L2_CLASS, Service, service_labels
from probes.observations import Json, Observations
from probes.services import backends_by_node, load_balancer_addresses, service_object
from probes.verdict import Verdict, judged, unknown


def policies(stack: StackConfig, service: Service) -> list[L2Policy]:
    """The L2 policies that select a Service."""
    if service.type != "LoadBalancer" or service.load_balancer_class not in (None, L2_CLASS):
        return []
    labels = service_labels(service)
    return [p for p in stack.l2_policies if p.service_selector is None or p.service_selector.matches(labels)]


def judge(stack: StackConfig, observations: Observations) -> Iterator[Verdict]:
    """For each announced Service: the holder of its Lease, and the announcements of the holder's agent. Pure."""
    for service in stack.services:
        chosen = policies(stack, service)
        addresses = load_balancer_addresses(service_object(observations, service))
        if chosen and addresses:
            yield _one(stack, observations, service, chosen, addresses)


def _one(
    stack: StackConfig, observations: Observations, service: Service, chosen: list[L2Policy], addresses: list[str]
) -> Verdict:
    names = ", ".join(policy.name for policy in chosen)
    able = {
        node.name
        for policy in chosen
        for node in stack.nodes
        if policy.load_balancer_ips
        and (policy.node_selector is None or policy.node_selector.matches(stack.node_labels(node)))
    }
    wanted = f"one of {', '.join(sorted(able)) or 'no node'} answers for {', '.join(addresses)}"
    if "leases" not in observations.objects:
        return unknown("l2", service.name, wanted, "API", observations.errors.get("leases", "not asked"))
    name = holder(observations, service)
    if not any(policy.load_balancer_ips for policy in chosen):
        cause = f"L2 policy {names} announces no LoadBalancer addresses (loadBalancerIPs is false)"
    elif not able:
        cause = f"no node has the labels that L2 policy {names} selects"
    else:
        cause = "no agent has taken the Lease: are L2 announcements enabled in it (its log says why)?"
    if name not in able:
        return judged("l2", service.name, False, wanted, f"{name or 'no node'} holds the Lease", "API", cause)
    table = observations.announced.get(name)
    if table is None:
        return unknown("l2", service.name, wanted, name, observations.errors.get(name, "no agent there"))
    links = sorted({entry["NetworkInterface"] for entry in table if entry["IP"] in addresses})
    overdue = _overdue(observations, service)
    if overdue > 0:
        return judged(
            "l2",
            service.name,
            False,
            wanted,
            f"{name}, whose Lease expired {overdue:.0f} s ago",
            "API",
            "agents renew their Leases too late, and give the address up until they have it again: too low a"
            " k8sClientRateLimit, too short lease times, or a slow API server",
        )
    if not links:
        cause = _why_on_none(observations, name, names, chosen)
        return judged("l2", service.name, False, wanted, f"{name}, on no interface", name, cause)
    good = service.external_traffic_policy != "Local" or bool(backends_by_node(observations, service).get(name))
    cause = f"externalTrafficPolicy is Local, and {name} has no ready backend: it drops the packets that it attracts"
    return judged("l2", service.name, good, wanted, f"{name}, on {', '.join(links)}", name, cause)


def _why_on_none(observations: Observations, node: str, names: str, chosen: list[L2Policy]) -> str:
    patterns = [pattern for policy in chosen for pattern in policy.interfaces]
    if any(re.search(pattern, link) for pattern in patterns for link in observations.hardware.get(node, {}).values()):
        # Cilium issue 48626: an agent that lost its Leases and got them back announces nothing.
        return (
            f"the agent of {node} holds the Lease and announces nothing, as after the loss and the return"
            f" of its Lease: restart it (kubectl -n kube-system delete pod, the agent's on {node})"
        )
    return f"no device of {node} matches the interfaces of L2 policy {names}: {', '.join(patterns)}"


def _lease(observations: Observations, service: Service) -> Json:
    name = f"cilium-l2announce-{service.namespace}-{service.name}"
    return next((item for item in observations.objects["leases"] if item["metadata"]["name"] == name), {})


def holder(observations: Observations, service: Service) -> str:
    """The node that holds the Lease of a Service's addresses; empty if there is no holder."""
    return str((_lease(observations, service).get("spec") or {}).get("holderIdentity") or "")


def _overdue(observations: Observations, service: Service) -> float:
    """Seconds since a Lease expired, at the newest renewal of any Lease: only the cluster's clock counts."""
    spec = _lease(observations, service).get("spec") or {}
    renewed = _times([spec])
    if not renewed or not spec.get("leaseDurationSeconds"):
        return 0.0
    newest = max(_times(item.get("spec") or {} for item in observations.objects["leases"]))
    return (newest - renewed[0]).total_seconds() - float(spec["leaseDurationSeconds"])


def _times(specs: Iterable[Json]) -> list[datetime]:
    found = []
    for spec in specs:
        with suppress(KeyError, TypeError, ValueError):
            found.append(datetime.fromisoformat(spec["renewTime"]))
    return found


def asked_from(stack: StackConfig, service: Service, router: str, address: str) -> bool:
    """Whether a router is on the link on which an address of the Service is announced."""
    links = [i.address.network for each in stack.routers if each.name == router for i in each.interfaces]
    return any(ip_address(address) in link for link in links) and bool(policies(stack, service))
