"""B29: Aggregated Service routes with externalTrafficPolicy Local.

Why: a node announces the aggregate as soon as one Service in it has a backend there; the other Services'
packets come to a node that has none of theirs and are dropped.
Seen: nowhere.
Since: 1.18
Source: cilium/cilium #37623

Bad: `aggregationLength: 24` for a Service with `externalTrafficPolicy: Local`
Good: no aggregation, or policy Cluster
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts, service_labels
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Aggregation concerns the Services that its entry selects."""
    for path, _, entry in facts.advertisement_entries:
        if entry.aggregation_length in (None, 32) or entry.selector is None:
            continue
        for service in facts.stack.services:
            if service.external_traffic_policy == "Local" and entry.selector.matches(service_labels(service)):
                yield error(
                    f"{path}.aggregationLength",
                    f"none (Service {service.name} has externalTrafficPolicy Local)",
                    entry.aggregation_length,
                    "take aggregationLength out, or give the Service policy Cluster",
                )
