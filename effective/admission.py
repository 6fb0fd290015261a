"""Whom network policies let through an Ingress: in at the first hop, on to a backend at the second.

Source: Cilium's documentation of Ingress (ingress-and-network-policy) and of policy rules; cilium/proxy
cilium/filter_state_cilium_policy.cc. Policies join: what one of them admits is admitted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address

from config.policy import Direction, EndpointSelector, Entity, NetworkPolicy, PolicyRule

_NAMESPACE = ("io.kubernetes.pod.namespace", "io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name")


@dataclass(frozen=True)
class Party:
    """One end of a hop. `entities` are what Cilium calls it; `labels` are a pod's, without their source.

    A pod has no address here: policies know it by its labels. `port` is the one that policies see, None where that
    is not known.
    """

    entities: tuple[Entity, ...]
    address: IPv4Address | IPv6Address | None = None
    labels: Mapping[str, str] | None = None
    port: int | None = None


INGRESS = Party(("ingress", "cluster"))


def outside(address: IPv4Address | IPv6Address, port: int | None) -> Party:
    """A client that is no part of the cluster."""
    return Party(("world", "world-ipv4" if address.version == 4 else "world-ipv6"), address, None, port)


def pod(labels: Mapping[str, str], namespace: str, port: int | None) -> Party:
    """A pod, as policies see it."""
    return Party(("cluster",), None, {**labels, **dict.fromkeys(_NAMESPACE, namespace)}, port)


@dataclass(frozen=True)
class Answer:
    """Whether something may pass, and the policies that speak of it: none means that nothing guards it.

    `denied`: a deny rule of theirs forbids it; else it is only that no rule admits it.
    """

    admitted: bool
    policies: tuple[str, ...]
    denied: bool = False

    def words(self, whom: str) -> str:
        """Why somebody may not pass."""
        who = ", ".join(self.policies)
        return f"a rule of {who} denies {whom}" if self.denied else f"no rule of {who} admits {whom}"


def into_ingress(policies: Iterable[NetworkPolicy], client: Party) -> Answer:
    """The first hop: whether a client may reach Cilium's Ingress. `client.port` is the port that it asks."""
    return _answer((policy for policy in policies if policy.of_ingress), "ingress", client)


def out_of_ingress(policies: Iterable[NetworkPolicy], backend: Party) -> Answer:
    """The second hop as Envoy judges it: whether Ingress may go on to a backend."""
    return _answer((policy for policy in policies if policy.of_ingress), "egress", backend)


def into_backend(policies: Iterable[NetworkPolicy], backend: Party) -> Answer:
    """The second hop as the backend's node judges it: whether the backend takes traffic of Ingress."""
    return _answer(_of(policies, backend), "ingress", Party(INGRESS.entities, port=backend.port))


def between_pods(policies: Iterable[NetworkPolicy], client: Party, server: Party) -> Answer:
    """Whether a Pod may open a connection to another one: out of the one, and into the other."""
    known = list(policies)
    out = _answer(_of(known, client), "egress", server)
    return into_pod(known, client, server) if out.admitted else out


def into_pod(policies: Iterable[NetworkPolicy], client: Party, server: Party) -> Answer:
    """Whether a Pod takes a connection of a client, at the port of the server."""
    return _answer(_of(policies, server), "ingress", replace(client, port=server.port))


def _of(policies: Iterable[NetworkPolicy], party: Party) -> Iterable[NetworkPolicy]:
    return (policy for policy in policies if policy.selector is not None and takes(policy.selector, party.labels or {}))


def takes(selector: EndpointSelector, labels: Mapping[str, str]) -> bool:
    """Whether a selector takes a pod of these labels."""

    def label(key: str) -> str | None:
        source, _, name = key.rpartition(":")
        return labels.get(name) if source in ("", "k8s", "any") else None

    if any(label(key) != value for key, value in selector.match_labels.items()):
        return False
    for item in selector.match_expressions:
        value = label(item.key)
        holds = {
            "In": value in item.values,
            "NotIn": value not in item.values,
            "Exists": value is not None,
            "DoesNotExist": value is None,
        }
        if not holds[item.operator]:
            return False
    return True


def _answer(policies: Iterable[NetworkPolicy], direction: Direction, peer: Party) -> Answer:
    """What policies of one endpoint say together. A deny rule wins; what none of them closes is open."""
    of_it = list(policies)
    denying = [policy for policy in of_it if any(_means(rule, peer) for rule in policy.denials(direction))]
    if denying:
        return Answer(False, tuple(policy.name for policy in denying), denied=True)
    closing = [policy for policy in of_it if policy.closes(direction)]
    admitted = not closing or any(_means(rule, peer) for policy in of_it for rule in policy.rules(direction))
    speaking = (policy for policy in of_it if policy.closes(direction) or policy.rules(direction))
    return Answer(admitted, tuple(policy.name for policy in speaking))


def _means(rule: PolicyRule, peer: Party) -> bool:
    if not rule.at(peer.port):
        return False
    return rule.admits(*peer.entities) or _by_prefix(rule, peer) or any(_by_labels(e, peer) for e in rule.endpoints)


def _by_prefix(rule: PolicyRule, peer: Party) -> bool:
    """Prefixes are of what is outside: no pod and no node is meant by one."""
    address = peer.address
    return (
        address is not None
        and "world" in peer.entities
        and any(
            address in item.cidr and not any(address in inner for inner in item.except_)
            for item in rule.cidrs
            if item.cidr.version == address.version
        )
    )


def _by_labels(selector: EndpointSelector, peer: Party) -> bool:
    if "ingress" in peer.entities:
        # Of a selector that names no reserved label, Cilium takes pods of some namespace alone.
        keys = [*selector.match_labels, *(item.key for item in selector.match_expressions)]
        return any(key.startswith("reserved:") for key in keys) and selector.takes_ingress()
    return peer.labels is not None and takes(selector, peer.labels)
