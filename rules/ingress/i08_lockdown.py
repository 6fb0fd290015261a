"""I8: A policy locks Cilium's Ingress endpoint, and no policy opens it.

Why: Traffic through the Ingress passes policy enforcement twice: from the client to `reserved:ingress`, and from
`reserved:ingress` to the backend. A lockdown selects all endpoints or the Ingress endpoint. Without a rule that
admits clients to the Ingress endpoint, every client gets 403.
Seen: Clients get 403. No message gives the reason.
Since: 1.16
Source: Cilium Ingress policy example; cilium/cilium #30073

Bad: a policy with `ingress: [{ entities: [cluster] }]` for every endpoint, and no other policy
Good: a second policy that selects `reserved:ingress` and admits the clients' CIDRs
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Policies are additive: one policy that admits the world or any CIDR is enough."""
    if not facts.terminates:
        return
    chosen = [
        (path, p) for path, p in facts.stack.guards() if p.of_ingress and (p.closes("ingress") or p.rules("ingress"))
    ]
    admits = any(
        rule.cidrs or rule.admits("world", "world-ipv4", "world-ipv6")
        for _, policy in chosen
        for rule in policy.rules("ingress")
    )
    if not chosen and facts.helm("policyEnforcementMode") == "always":
        yield warning(
            "cilium.values.policyEnforcementMode",
            "a policy that admits clients to reserved:ingress, and lets it reach the backends",
            "always, and no policy selects it",
            "add one for reserved:ingress with ingress: [{ entities: [world] }], egress: [{ entities: [cluster] }]",
        )
    closing = [(path, policy) for path, policy in chosen if policy.closes("ingress")]
    if closing and not admits:
        path, policy = closing[0]
        yield warning(
            f"{path}.ingress",
            "a policy that admits clients to reserved:ingress",
            f"{policy.name} locks it",
            "add a policy for reserved:ingress with the clients' cidrs",
        )
