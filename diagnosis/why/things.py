"""Explains the state of a Service, a node or a Pod."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from diagnosis.why import prefix
from diagnosis.why.chain import of_pod_cidr
from diagnosis.why.situation import Situation
from diagnosis.why.steps import Step
from probes.services import every_address, load_balancer_addresses, ready_endpoints

Json = Any
_IPAM = "cilium.io/IPAMRequestSatisfied"


def service(situation: Situation, found: Json) -> Step:
    """A Service's addresses, the announcements of each address, and the backends."""
    metadata, spec = found["metadata"], found.get("spec") or {}
    name = f"Service {metadata['namespace']}/{metadata['name']}"
    steps: list[Step] = []
    if spec.get("type") == "LoadBalancer":
        steps.append(_given(found))
    for address in load_balancer_addresses(found):
        steps.append(
            Step(
                f"{address}",
                None,
                (*prefix.of_a_service(situation, found, address), *prefix.at_routers(situation, address)),
            )
        )
    steps.append(_backends(situation, found))
    return Step(
        f"{name}, {spec.get('type')}, externalTrafficPolicy {spec.get('externalTrafficPolicy', 'none')}",
        None,
        tuple(steps),
    )


def node(situation: Situation, name: str) -> Step:
    """A node's sessions and announcements."""
    peers = situation.peers(name)
    steps = [Step(f"session with {peer}: {state}", state == "established") for peer, state in sorted(peers.items())]
    if name not in situation.observations.agents:
        steps.append(
            Step(f"its agent does not answer: {situation.observations.errors.get(name, 'no agent Pod on it')}", False)
        )
    for cidr in prefix.pod_cidrs(situation, name):
        steps += [
            Step(f"PodCIDR {cidr}: {step.text}", step.holds)
            for step in prefix.by_node(situation, name, of_pod_cidr, cidr.version)
        ]
    for found in situation.of("services"):
        for address in load_balancer_addresses(found):
            mine = [step for step in prefix.of_a_service(situation, found, address) if step.text.startswith(f"{name} ")]
            steps += [Step(f"{address} of {found['metadata']['name']}: {step.text}", step.holds) for step in mine]
    return Step(f"node {name}", None, tuple(steps) or (Step("no session and nothing to announce", None),))


def pod(situation: Situation, found: Json) -> Step:
    """A Pod's node, the route to the Pod, and its Services."""
    metadata, status = found["metadata"], found.get("status") or {}
    where, address = found["spec"].get("nodeName", ""), status.get("podIP", "")
    ready = any(one["type"] == "Ready" and one["status"] == "True" for one in status.get("conditions") or [])
    state = "ready" if ready else f"not ready ({status.get('phase')})"
    steps: list[Step] = [Step(f"{state}, on {where}, {address}", ready)]
    if address and not found["spec"].get("hostNetwork"):
        inside = (str(one) for one in prefix.pod_cidrs(situation, where) if ip_address(address) in one)
        steps.append(prefix.answer(situation, next(inside, address)))
    steps += list(_answers_for(situation, metadata))
    return Step(f"Pod {metadata['namespace']}/{metadata['name']}", None, tuple(steps))


def _given(found: Json) -> Step:
    conditions = (found.get("status") or {}).get("conditions") or []
    reported = next((one for one in conditions if one["type"] == _IPAM), None)
    addresses = load_balancer_addresses(found)
    if addresses:
        return Step(f"LB-IPAM gave it {', '.join(addresses)}", True)
    return Step(
        f"LB-IPAM gave it no address: {reported.get('message') if reported else 'the operator has set no condition'}",
        False,
    )


def _backends(situation: Situation, found: Json) -> Step:
    metadata = found["metadata"]
    there = [
        (endpoint.get("nodeName", ""), name)
        for _, endpoint, name in ready_endpoints(situation.observations, metadata["namespace"], metadata["name"])
    ]
    if not there:
        return Step("no Pod answers for it: its selector matches none, or none is ready", False)
    pods = tuple(Step(f"{name} on {where}", True) for where, name in there)
    return Step(f"{len(there)} ready Pod{'' if len(there) == 1 else 's'} behind it", True, pods)


def _answers_for(situation: Situation, metadata: Json) -> Iterator[Step]:
    for found in situation.of("services"):
        own = found["metadata"]
        names = [name for _, _, name in ready_endpoints(situation.observations, own["namespace"], own["name"])]
        if metadata["name"] in names:
            addresses = ", ".join(every_address(found)) or "no address"
            yield Step(f"answers for Service {own['namespace']}/{own['name']} ({addresses})", True)
