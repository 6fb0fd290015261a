"""I15: A policy rule mixes endpoints, entities and prefixes.

Why: Agents refuse the whole policy ("combining ... is not supported yet"). The policy then admits nothing and locks
nothing.
Seen: In the agent's log. The policy's condition Valid is False.
Since: 1.16
Source: Cilium pkg/policy/api/rule_validation.go

Bad: `ingress: [{ entities: [cluster], cidrs: [{ cidr: 192.0.2.0/24 }] }]`
Good: `ingress: [{ entities: [cluster] }, { cidrs: [{ cidr: 192.0.2.0/24 }] }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks each rule of either direction, in every policy."""
    for path, policy in facts.stack.guards():
        sides = (
            ("ingress", policy.ingress),
            ("egress", policy.egress),
            ("ingressDeny", policy.ingress_deny),
            ("egressDeny", policy.egress_deny),
        )
        for direction, rules in sides:
            for i, rule in enumerate(rules or ()):
                parts = {
                    "endpoints": rule.endpoints,
                    "entities": rule.entities,
                    "cidrs": rule.cidrs,
                    "fqdns": rule.fqdns,
                }
                given = [name for name, value in parts.items() if value]
                if len(given) > 1:
                    yield error(
                        f"{path}.{direction}[{i}]",
                        "one of endpoints, entities, cidrs and fqdns",
                        " and ".join(given),
                        "write one rule for each: the rules add up",
                    )
