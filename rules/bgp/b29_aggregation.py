"""B29: Cilium does not aggregate Services with externalTrafficPolicy Local.

Why: An aggregate would attract packets to nodes without a backend of the Service. Cilium therefore excludes
Services with externalTrafficPolicy Local from aggregation. The agent advertises their addresses one by one, as
without aggregationLength.
Seen: Nowhere.
Since: 1.18
Source: cilium/cilium #37623

Bad: `aggregationLength: 24` for a Service with `externalTrafficPolicy: Local`
Good: no aggregationLength, or `externalTrafficPolicy: Cluster`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.workload import service_labels
from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks the Services that an entry with aggregation selects."""
    for path, _, entry in facts.advertisement_entries:
        lengths = {"aggregationLength": entry.aggregation(4), "aggregationLengthIPv6": entry.aggregation(6)}
        said = {key: length for key, length in lengths.items() if length is not None}
        if not said or entry.selector is None:
            continue
        key, length = next(iter(said.items()))
        for service in (*facts.stack.services, *(item.service for item in facts.made)):
            if service.external_traffic_policy == "Local" and entry.selector.matches(service_labels(service)):
                yield warning(
                    f"{path}.{key}",
                    f"none (Service {service.name} has externalTrafficPolicy Local)",
                    length,
                    f"take {key} out, or give the Service policy Cluster",
                )
