"""The expected result of a request to an Ingress by the stack's policies, and why the result differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from config.policy import NetworkPolicy
from effective.admission import Answer, Party, into_backend, into_ingress, out_of_ingress
from probes.conditions import policies_in_force
from probes.ingress.backends import Backend
from probes.ingress.reply import Reply
from probes.observations import Json, Observations

# Fields of policies that the models do not cover.
_BEYOND = ("fromRequires", "toRequires", "fromGroups", "fromNodes", "icmps", "authentication")

# Envoy's reset reasons for an established connection that ended before the answer.
_CLOSED = ("connection termination", "remote reset")
_ADMITTED = Answer(True, ())


@dataclass(frozen=True)
class Meaning:
    """Whether the request is answered. If not: the hop at which it ends, and the policies' answer."""

    answered: bool
    hop: Literal["", "first", "second"] = ""
    by: Answer = _ADMITTED

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies that refuse the request."""
        return self.by.policies

    def text(self, service: str) -> str:
        """The text for a verdict."""
        if self.answered:
            return f"an answer of {service}"
        if self.hop == "first":
            return f"403: {self.by.words('this client')}"
        return f"no answer of {service}: {self.by.words('Ingress')}"


def meant(policies: Iterable[NetworkPolicy], client: Party, backend: Backend) -> Meaning:
    """The meaning by these policies. A backend without a pod must answer, too: the missing pod is the fault."""
    policies = tuple(policies)
    hops: list[tuple[Literal["first", "second"], Answer]] = [("first", into_ingress(policies, client))]
    if backend.party is not None:
        hops += [("second", out_of_ingress(policies, backend.party)), ("second", into_backend(policies, backend.party))]
    for hop, answer in hops:
        if not answer.admitted:
            return Meaning(False, hop, answer)
    return Meaning(True)


def why(observations: Observations, client: Party, backend: Backend, reply: Reply, meaning: Meaning) -> str:
    """The likely cause of an unexpected reply."""
    live, beyond = in_force(observations)
    actual = meant(live, client, backend)
    also = f"; {', '.join(beyond)} says more than is judged here" if beyond else ""
    if not backend.pods and (meaning.answered or reply.status == 503):
        # Envoy picks a pod before it evaluates the policies.
        return (
            f"there is no Service {backend.service}"
            if backend.missing
            else (f"Service {backend.service} has no ready pod")
        )
    if reply.by_backend and meaning.answered:
        return "a pod answered that is none of the backend's"
    if reply.by_backend:
        absent = sorted(set(meaning.policies) - {policy.name for policy in live})
        return (
            f"not in the cluster: {', '.join(absent)}"
            if absent
            else (
                f"a policy that the stack does not have admits it: {_others(live, meaning)}"
                if actual.answered
                else f"{', '.join(meaning.policies)} is not in force: the agent has not told Envoy yet"
            )
        )
    if meaning.answered and not actual.answered:
        whom = "this client to the Ingress" if actual.hop == "first" else "Ingress (its own identity) to the backend"
        return f"{actual.hop} hop: {actual.by.words(whom)}{also}"
    return _by_itself(backend.service, reply, also)


def _by_itself(service: str, reply: Reply, also: str) -> str:
    """The likely cause if no policy refuses the request and no pod answered."""
    if reply.status is None and reply.connected:
        return f"the connection was accepted, but no answer came: does a pod of Service {service} hang?"
    if reply.status == 503 and reply.reset.startswith(_CLOSED):
        return f"a pod of Service {service} took the request and closed the connection without an answer"
    return {
        None: "no answer at the address: which node holds its Lease or announces it, and does Envoy run there?",
        403: f"a policy refuses it that is not judged here{also}",
        404: "Envoy has no such route: host or path of the request, or of the Ingress as it is in the cluster",
        502: (
            f"Envoy and the pods of Service {service} do not speak the same protocol: Envoy speaks HTTP/2 if"
            " a GRPCRoute uses the Service, or if the Service's port has such an appProtocol"
        ),
        503: f"Envoy reaches no pod of Service {service}: does it listen on the Service's targetPort?",
        504: f"no pod of Service {service} answered within the route's time",
    }.get(reply.status, "Envoy answered by itself")


def _others(live: Iterable[NetworkPolicy], meaning: Meaning) -> str:
    names = [policy.name for policy in live if policy.name not in meaning.policies]
    return ", ".join(names) or "none that can be read"


def in_force(observations: Observations) -> tuple[list[NetworkPolicy], list[str]]:
    """The policies of the cluster, and the names of policies with fields that the models do not cover."""
    live, beyond = [], []
    for _, item, policy in policies_in_force(observations):
        if policy is None or _says_more(item.get("spec") or {}):
            beyond.append(item["metadata"]["name"])
        if policy is not None:
            live.append(policy)
    return live, beyond


def _says_more(spec: Json) -> bool:
    sides = ("ingress", "egress", "ingressDeny", "egressDeny")
    rules = [rule for side in sides for rule in spec.get(side) or []]
    ports = [port for rule in rules for port in rule.get("toPorts") or []]
    return any(rule.get(key) for rule in rules for key in _BEYOND) or any(port.get("rules") for port in ports)
