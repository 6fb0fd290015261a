"""B7: A Service advertisement without a selector.

Why: no selector means no Service, not every Service.
Seen: nowhere; the session is up and the address is not announced.
Since: 1.16
Source: cilium/cilium #33076

Bad: `{ type: Service, addresses: [LoadBalancerIP] }`
Good: `{ type: Service, addresses: [LoadBalancerIP], selector: { matchLabels: { app: web } } }`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """A Service entry must say which Services."""
    for path, _, entry in facts.advertisement_entries:
        if entry.type == "Service" and entry.selector is None:
            yield error(
                f"{path}.selector",
                "a selector of Services",
                "none, which matches no Service",
                "select by label; for all: { matchExpressions: [{ key: never, operator: DoesNotExist }] }",
            )
