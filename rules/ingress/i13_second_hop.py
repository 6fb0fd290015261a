"""I13: A backend's policy does not admit the Ingress.

Why: The traffic of an Ingress or a Gateway reaches a backend with the identity `ingress`, not with the client's
identity. A rule for `world` or for the clients' CIDRs does not admit the traffic.
Seen: Clients get 503 or timeouts. Hubble shows drops between ingress and the backend.
Since: 1.16
Source: Cilium Ingress documentation (source identity); cilium/cilium #30073

Bad: a policy for the backend with `ingress: [{ entities: [world] }]`
Good: `ingress: [{ entities: [ingress] }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from effective.admission import into_backend, pod
from rules.facts import Facts
from rules.finding import Finding, warning
from rules.ingress.routes import backends as of_route


def check(facts: Facts) -> Iterator[Finding]:
    """Policies are additive: one policy that selects the backend and admits the Ingress is enough."""
    backends = {
        (i.namespace, backend.service)
        for i in facts.stack.ingresses
        if i.class_name == "cilium"
        for _, backend in i.backends()
    }
    backends |= {
        (one.namespace or route.namespace, one.service)
        for _, _, route in facts.stack.routes()
        for _, one in of_route(route)
    }
    guards = facts.stack.guards()
    policies = [policy for _, policy in guards]
    for service in facts.stack.services:
        if (service.namespace, service.name) not in backends or not service.selector:
            continue
        # The number of a named port of a pod is unknown.
        said = [each.target_port or each.port for each in service.all_ports()]
        ports = [port if isinstance(port, int) else None for port in said]
        answers = [into_backend(policies, pod(service.selector, service.namespace, port)) for port in ports]
        if not any(answer.admitted for answer in answers):
            (name, *_) = answers[0].policies
            path = next(path for path, policy in guards if policy.name == name)
            yield warning(
                f"{path}.ingress",
                f"a rule that admits the entity ingress to the pods of Service {service.name}",
                f"none in {name}",
                "add { entities: [ingress] }",
            )
