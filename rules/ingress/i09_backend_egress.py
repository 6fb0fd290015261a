"""I9: A default deny of egress separates the Ingress endpoint from the backends.

Why: The second hop, from `reserved:ingress` to the backend, is egress traffic of the Ingress endpoint.
Seen: Clients get 503 or 403.
Since: 1.16
Source: Cilium Ingress documentation (default deny)

Bad: a policy for every endpoint with `egress: [{}]`
Good: a second policy for `reserved:ingress` with `egress: [{ entities: [cluster] }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Egress to the backends must be admitted, by an entity of the cluster or by endpoints."""
    if not facts.terminates:
        return
    chosen = [
        (path, p) for path, p in facts.stack.guards() if p.of_ingress and (p.closes("egress") or p.rules("egress"))
    ]
    opens = any(rule.endpoints or rule.admits("cluster") for _, policy in chosen for rule in policy.rules("egress"))
    closing = [(path, policy) for path, policy in chosen if policy.closes("egress")]
    if closing and not opens:
        path, policy = closing[0]
        yield warning(
            f"{path}.egress",
            "a policy that lets reserved:ingress reach the backends",
            f"{policy.name} denies it",
            "add { entities: [cluster] } for reserved:ingress",
        )
