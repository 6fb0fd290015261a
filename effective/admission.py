"""What network policies admit through an Ingress: to the Ingress (first hop), and to a backend (second hop).

Source: Cilium's documentation of Ingress (ingress-and-network-policy) and of policy rules; cilium/proxy
cilium/filter_state_cilium_policy.cc. Policies are additive: traffic that one policy admits is admitted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address

from config.policy import Direction, EndpointSelector, Entity, NetworkPolicy, PolicyRule

_NAMESPACE = ("io.kubernetes.pod.namespace", "io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name")


@dataclass(frozen=True)
class Party:
    """One end of a hop. `entities` are Cilium's entities; `labels` are the labels of a pod, without their source.

    A pod has no address here, because policies select pods by labels. `port` is the port that policies see (None:
    unknown).
    """

    entities: tuple[Entity, ...]
    address: IPv4Address | IPv6Address | None = None
    labels: Mapping[str, str] | None = None
    port: int | None = None


INGRESS = Party(("ingress", "cluster"))


def outside(address: IPv4Address | IPv6Address, port: int | None) -> Party:
    """A client outside the cluster."""
    return Party(("world", "world-ipv4" if address.version == 4 else "world-ipv6"), address, None, port)


def pod(labels: Mapping[str, str], namespace: str, port: int | None) -> Party:
    """A pod as a policy peer."""
    return Party(("cluster",), None, {**labels, **dict.fromkeys(_NAMESPACE, namespace)}, port)


@dataclass(frozen=True)
class Answer:
    """Whether traffic is admitted, and the policies that decide (none: no policy applies).

    `denied`: a deny rule forbids the traffic. Otherwise refused traffic only has no rule that admits it.
    """

    admitted: bool
    policies: tuple[str, ...]
    denied: bool = False

    def words(self, whom: str) -> str:
        """The reason for a refusal."""
        who = ", ".join(self.policies)
        return f"a rule of {who} denies {whom}" if self.denied else f"no rule of {who} admits {whom}"


def into_ingress(policies: Iterable[NetworkPolicy], client: Party) -> Answer:
    """The first hop: whether a client may reach Cilium's Ingress. `client.port` is the destination port."""
    return _answer((policy for policy in policies if policy.of_ingress), "ingress", client)


def out_of_ingress(policies: Iterable[NetworkPolicy], backend: Party) -> Answer:
    """The second hop, enforced by Envoy: whether the Ingress may connect to a backend."""
    return _answer((policy for policy in policies if policy.of_ingress), "egress", backend)


def into_backend(policies: Iterable[NetworkPolicy], backend: Party) -> Answer:
    """The second hop, enforced on the backend's node: whether the backend accepts traffic from the Ingress."""
    return _answer(_of(policies, backend), "ingress", Party(INGRESS.entities, port=backend.port))


def between_pods(policies: Iterable[NetworkPolicy], client: Party, server: Party) -> Answer:
    """Whether a Pod may connect to another Pod: egress of the client, and ingress of the server."""
    known = list(policies)
    out = _answer(_of(known, client), "egress", server)
    return into_pod(known, client, server) if out.admitted else out


def into_pod(policies: Iterable[NetworkPolicy], client: Party, server: Party) -> Answer:
    """Whether a Pod accepts a client's connection, on the server's port."""
    return _answer(_of(policies, server), "ingress", replace(client, port=server.port))


def _of(policies: Iterable[NetworkPolicy], party: Party) -> Iterable[NetworkPolicy]:
    return (policy for policy in policies if policy.selector is not None and takes(policy.selector, party.labels or {}))


def takes(selector: EndpointSelector, labels: Mapping[str, str]) -> bool:
    """Whether a selector selects a pod with these labels."""

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
    """The combined result of one endpoint's policies. Deny rules override. Without a closing policy, all is open."""
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
    """Prefixes match only peers outside the cluster, never pods or nodes."""
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
        # Cilium applies a selector without a reserved label only to pods, which have a namespace.
        keys = [*selector.match_labels, *(item.key for item in selector.match_expressions)]
        return any(key.startswith("reserved:") for key in keys) and selector.takes_ingress()
    return peer.labels is not None and takes(selector, peer.labels)
