"""Egress gateways: the HA status, every agent's egress map, and the source address at outposts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from config.egress import HA_ACCEPTED, HA_SATISFIED, EgressPolicy
from config.errors import EdgeError
from config.node import Node
from config.outpost import Outpost
from config.stack import StackConfig
from probes import egress_gateways
from probes.collector import Collector
from probes.egress_expectation import EgressPath, expected_entries, expected_sources
from probes.ingress.reply import NO_ANSWER
from probes.observations import Json, Observations
from probes.reachability import pods_of
from probes.verdict import Verdict, judged, unknown

# The egress IP in the map of an agent on another node than the gateway.
_ELSEWHERE = "0.0.0.0"  # noqa: S104
_SEEN = re.compile(r"Your source IP \(([^)]+)\)")


def judge(stack: StackConfig, observations: Observations) -> Iterator[Verdict]:
    """The verdicts that need no packets. Pure."""
    if not stack.egress_policies:
        return
    for policy in stack.egress_policies:
        if policy.by_controller(stack.cilium.edition):
            yield from _status(stack, policy, observations)
    yield from egress_gateways.judge(stack, observations)
    if "pods" not in observations.objects:
        yield unknown("egress-map", "all", "the policies' entries", "API", observations.errors.get("pods", "not asked"))
        return
    expected = expected_entries(stack, observations)
    for node in stack.nodes:
        yield _map(node, expected, observations)


def _status(stack: StackConfig, policy: EgressPolicy, observations: Observations) -> Iterator[Verdict]:
    """Verdicts on the HA status: every gateway of every group is healthy, and every address request is satisfied."""
    where = f"EgressGatewayHAPolicy {policy.name}"
    wanted = "all gateways healthy"
    if "egress" not in observations.objects:
        yield unknown("egress-status", policy.name, wanted, where, observations.errors.get("egress", "not asked"))
        return
    item: Json = next((i for i in observations.objects["egress"] if i["metadata"]["name"] == policy.name), None)
    status = (item or {}).get("status") or {}
    groups = status.get("groupStatuses") or []
    healthy = {ip for group in groups for ip in group.get("healthyGatewayIPs") or []}
    members = {
        str(n.address)
        for group in policy.egress_groups
        for n in stack.nodes
        if group.node_selector.matches(stack.node_labels(n))
    }
    cause = (
        "a gateway does not answer probes, or has no way to a destination; its policy's events say which"
        if groups
        else "the controller has written no status: does it run?"
    )
    conditions = {c["type"]: c for c in status.get("conditions") or []}
    refused = conditions.get(HA_ACCEPTED, {}).get("status") == "False"
    behind = groups and status.get("observedGeneration") != item["metadata"].get("generation")
    if refused:
        cause = f"the controller does not carry it out: {conditions[HA_ACCEPTED].get('message', '')}"
    elif behind:
        cause = "the status is of an older version of the policy: does the controller run?"
    good = healthy == members and not refused and not behind
    observed = f"healthy: {listed(healthy)}" + (", of an older version" if behind else "")
    yield judged("egress-status", policy.name, good, f"healthy: {listed(members)}", observed, where, cause)
    if policy.egress_cidrs:
        found: Json = conditions.get(HA_SATISFIED, {})
        yield judged(
            "egress-ipam",
            policy.name,
            found.get("status") == "True",
            "satisfied",
            found.get("message", "no condition"),
            where,
            str(found.get("message", cause)),
        )


def _map(node: Node, expected: Mapping[tuple[str, str], list[EgressPath]], observations: Observations) -> Verdict:
    """One agent's egress map has exactly the entries of the policies."""
    wanted = f"{len(expected)} entries, as the policies say"
    entries = observations.maps.get(node.name)
    if entries is None:
        return unknown("egress-map", node.name, wanted, node.name, observations.errors.get(node.name, "no agent there"))
    there = {(e["SourceIP"], e["DestCIDR"]): e for e in entries}
    faults = [f"{pod} to {cidr}: no entry" for pod, cidr in expected.keys() - there.keys()]
    faults += [f"{pod} to {cidr}: an entry that no policy explains" for pod, cidr in there.keys() - expected.keys()]
    for key in expected.keys() & there.keys():
        fault = _entry(node, there[key], expected[key])
        if fault:
            faults.append(f"{key[0]} to {key[1]}: {fault}")
    observed = "; ".join(sorted(faults)[:3]) or f"{len(there)} entries"
    cause = "the agent has not followed the policy (its log says why), or another policy was applied"
    return judged("egress-map", node.name, not faults, wanted, observed, node.name, cause)


def _entry(node: Node, entry: Mapping[str, Any], paths: list[EgressPath]) -> str:
    gateway, source = entry["GatewayIP"], entry["EgressIP"]
    path = next((w for w in paths if w.gateway == gateway), None)
    if path is None:
        return f"gateway {gateway}, expected {listed({w.gateway for w in paths}) or 'none'}"
    local = gateway == str(node.address)
    if not local:
        return "" if source == _ELSEWHERE else f"egress IP {source} on a node that is not the gateway"
    if source == _ELSEWHERE:
        return "the gateway has no address to leave with"
    return "" if path.source in (None, source) else f"egress IP {source}, expected {path.source}"


def sources(collector: Collector, observations: Observations) -> list[Verdict]:
    """The source address of each client pod at each outpost."""
    stack = collector.stack
    if not stack.outposts:
        return []
    if "pods" not in observations.objects:
        return [unknown("egress-source", "all", "an answer", "API", observations.errors.get("pods", "not asked"))]
    pairs = [(pod, outpost) for pod in pods_of(collector, observations, serving=False) for outpost in stack.outposts]
    with ThreadPoolExecutor(8, "probe") as pool:
        return list(pool.map(lambda pair: _one_source(collector, observations, *pair), pairs))


def _one_source(collector: Collector, observations: Observations, pod: Json, outpost: Outpost) -> Verdict:
    stack, name = collector.stack, pod["metadata"]["name"]
    wanted = expected_sources(stack, pod, outpost, observations)
    subject = f"{name} -> {outpost.name}"
    where = f"{pod['spec'].get('nodeName')} -> {outpost.address.ip}"
    try:
        body = collector.in_pod(pod, f"curl -s --fail --connect-timeout 2 --max-time 4 {outpost.url}")
    except EdgeError as error:
        return unknown("egress-source", subject, f"source {listed(wanted)}", where, error)
    found = _SEEN.search(body)
    observed = found.group(1) if found else (body.split("\n")[0] or NO_ANSWER)
    # If no gateway serves the pod, no packet may arrive.
    good = observed in wanted if wanted else not found
    return judged(
        "egress-source",
        subject,
        good,
        f"source {listed(wanted) or 'none, it is dropped'}",
        observed,
        where,
        "the packet did not leave as the policies say: compare the agents' egress maps"
        if found
        else "no packet arrives, or no answer comes back: the gateway, its link, or the outpost itself",
    )


def listed(texts: set[str]) -> str:
    return ", ".join(sorted(texts))
