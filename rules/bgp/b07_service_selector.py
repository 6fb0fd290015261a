"""B7: A Service advertisement has no selector.

Why: An advertisement without a selector selects no Service. A missing selector does not mean every Service.
Seen: Nowhere. The session is up, and the agent does not advertise the Service's address.
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
    """An entry of type Service needs a selector."""
    for path, _, entry in facts.advertisement_entries:
        if entry.type == "Service" and entry.selector is None:
            yield error(
                f"{path}.selector",
                "a selector of Services",
                "none, which matches no Service",
                "select by label; for all: { matchExpressions: [{ key: never, operator: DoesNotExist }] }",
            )
