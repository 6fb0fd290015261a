"""I13: A backend whose policy does not let the Ingress in.

Why: to a backend the traffic of an Ingress or a Gateway comes from the identity `ingress`, whoever the client is. A
rule for `world` or for the clients' CIDRs does not admit it.
Seen: clients get 503 or time-outs; Hubble shows drops between ingress and the backend.
Since: 1.16
Source: Cilium Ingress documentation (source identity); cilium/cilium #30073

Bad: a policy for the backend with `ingress: [{ entities: [world] }]`
Good: `ingress: [{ entities: [ingress] }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.policy import EndpointSelector, PolicyRule
from config.workload import Service
from rules.facts import Facts
from rules.finding import Finding, warning

_NAMESPACE = ("io.kubernetes.pod.namespace", "io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name")


def check(facts: Facts) -> Iterator[Finding]:
    """Policies join: one that admits the Ingress, and selects the backend, is enough."""
    backends = {(i.namespace, backend.service) for i in facts.stack.ingresses if i.class_name == "cilium"
                for _, backend in i.backends()}  # fmt: skip
    for service in facts.stack.services:
        if (service.namespace, service.name) not in backends or not service.selector:
            continue
        mine = [(i, p) for i, p in enumerate(facts.stack.network_policies)
                if p.ingress is not None and _selects(p.endpoint_selector, service)]  # fmt: skip
        if mine and not any(_admits(rule) for _, policy in mine for rule in policy.ingress or ()):
            i, policy = mine[0]
            yield warning(
                f"networkPolicies[{i}].ingress",
                f"a rule that admits the entity ingress to the pods of Service {service.name}",
                f"none in {policy.name}",
                "add { entities: [ingress] }",
            )


def _selects(selector: EndpointSelector, service: Service) -> bool:
    """Whether the pods behind a Service are selected, as far as its selector tells their labels."""
    labels = {**service.selector, **dict.fromkeys(_NAMESPACE, service.namespace)}

    def label(key: str) -> str | None:
        source, _, name = key.rpartition(":")
        return labels.get(name) if source in ("", "k8s", "any") else None

    if any(label(key) != value for key, value in selector.match_labels.items()):
        return False
    for item in selector.match_expressions:
        value = label(item.key)
        holds = {"In": value in item.values, "NotIn": value not in item.values, "Exists": value is not None,
                 "DoesNotExist": value is None}  # fmt: skip
        if not holds[item.operator]:
            return False
    return True


def _admits(rule: PolicyRule) -> bool:
    if rule.admits("ingress", "cluster"):
        return True
    return any("reserved:ingress" in endpoint.match_labels or _takes(endpoint) for endpoint in rule.endpoints)


def _takes(endpoint: EndpointSelector) -> bool:
    return any(item.key == "reserved:ingress" and item.operator == "Exists" for item in endpoint.match_expressions)
