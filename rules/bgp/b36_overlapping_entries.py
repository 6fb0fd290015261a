"""B36: Two advertisement entries select the same Service with different attributes.

Why: Before Cilium 1.18 the last entry wins, and the order of the entries is not documented. From 1.18 on the agent
merges the communities of both entries and uses the highest local preference. Two Services in one aggregated prefix
share one route, with the attributes of either entry.
Seen: Nowhere. The router has the route, with unexpected attributes.
Since: 1.16
Source: Cilium BGP control plane documentation (overlapping advertisements); cilium/cilium #35721, #40585

Bad: `app In [web]` with the community 65001:100 and `app: web` with 65001:200
Good: selectors that exclude each other, or the same attributes
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from config.workload import Service, service_labels
from rules.facts import Carried, Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Checks pairs of entries in one family of a peer config."""
    services = [*facts.stack.services, *(item.service for item in facts.made)]
    labels = {id(service): service_labels(service) for service in services}
    taken = {
        item.path: [s for s in services if item.entry.selector.matches(labels[id(s)])]
        for item in facts.carried
        if item.entry.type == "Service"
        and item.entry.selector is not None
        and (item.entry.communities or item.entry.local_preference is not None)
    }
    reported: set[tuple[str, str]] = set()
    for one, two in combinations((item for item in facts.carried if item.path in taken), 2):
        same = (one.peer_config.name, one.afi) == (two.peer_config.name, two.afi)
        if not same or _attributes(one) == _attributes(two) or (one.path, two.path) in reported:
            continue
        what = _shared(one, two, taken[one.path], taken[two.path], facts.release)
        if what:
            reported.add((one.path, two.path))
            yield warning(
                two.path,
                f"the attributes of {one.path}, which also selects {what}",
                _said(two),
                "make the selectors exclude each other, or the attributes equal",
            )


def _shared(one: Carried, two: Carried, first: list[Service], second: list[Service], release: tuple[int, int]) -> str:
    if not set(one.entry.addresses) & set(two.entry.addresses):
        return ""
    both = [service for service in first if any(service is other for other in second)]
    if both:
        return f"Service {both[0].name}"
    lengths = {item.entry.aggregation(int(one.afi[-1])) for item in (one, two)}
    aggregated = release >= (1, 18) and len(lengths) == 1 and None not in lengths
    return "Services of the same aggregate" if aggregated and first and second else ""


def _attributes(item: Carried) -> tuple[Any, ...]:
    return set(item.entry.communities), item.entry.local_preference


def _said(item: Carried) -> str:
    parts = list(item.entry.communities)
    if item.entry.local_preference is not None:
        parts.append(f"localPreference {item.entry.local_preference}")
    return ", ".join(parts)
