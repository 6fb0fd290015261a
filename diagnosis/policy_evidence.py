"""The network policies that deny packets to a Pod, by the policies in the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from config.policy import NetworkPolicy
from diagnosis.entities import Hosts
from diagnosis.why.situation import Json, Situation
from effective.admission import Answer, Party, between_pods, into_pod, outside, pod
from probes.authors import written_by
from probes.conditions import policies_in_force
from probes.verdict import Verdict


def of_policies(situation: Situation, verdict: Verdict) -> Iterator[str]:
    """A line for each policy that denies the packets; none if the policies admit them."""
    live = [(kind, item, read) for kind, item, read in policies_in_force(situation.observations) if read is not None]
    policies = [policy for _, _, policy in live]
    for whom, answer in _answers(situation, verdict, policies):
        if answer.admitted:
            continue
        for kind, item, policy in live:
            if policy.name in answer.policies:
                metadata = item["metadata"]
                name = "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))
                yield f"{kind} {name}{_origin(situation, policy, item)}: {answer.words(whom)}"


def _answers(situation: Situation, verdict: Verdict, policies: list[NetworkPolicy]) -> Iterator[tuple[str, Answer]]:
    """The client, and whether the policies admit it."""
    if verdict.check == "pod-to-pod":
        client, _, server = verdict.subject.partition(" -> ")
        ends = [party for name in (client, server) for party in _pods(situation, name)]
        if len(ends) == 2:
            yield client, between_pods(policies, *ends)
    if verdict.check == "vip-http":
        routers = [one for one in situation.stack.routers if one.name in Hosts(situation.stack).about(verdict)]
        name = verdict.subject.partition(" ")[0]
        service = next((one for one in situation.stack.services if one.name == name), None)
        if service is None or not routers:
            return
        for item in situation.of("pods"):
            labels = item["metadata"].get("labels") or {}
            if item["metadata"]["namespace"] == service.namespace and service.selector.items() <= labels.items():
                address = routers[0].interfaces[0].address.ip
                yield f"what comes from {routers[0].name}", into_pod(policies, outside(address, None), _party(item))
                return


def _pods(situation: Situation, name: str) -> Iterator[Party]:
    yield from map(_party, situation.named("pods", name))


def _party(item: Json) -> Party:
    ports = item["spec"]["containers"][0].get("ports") or []
    port = ports[0].get("containerPort") if ports else None
    return pod(item["metadata"].get("labels") or {}, item["metadata"]["namespace"], port)


def _origin(situation: Situation, policy: NetworkPolicy, item: Json) -> str:
    """Empty for a policy of the stack; otherwise the policy's writer."""
    if any((one.name, one.namespace) == (policy.name, policy.namespace) for _, one in situation.stack.guards()):
        return ""
    return f", which is not of the stack and was written{written_by(item, 'spec.endpointSelector')}"
