"""B8: A Service advertisement whose selector matches no declared Service.

Why: nothing is announced for it. The selector looks at the Service's own labels, not at its pods'.
Seen: nowhere.
Since: 1.16
Source: Cilium BGP control plane configuration

Bad: selector `app In [webpod]` while the Service has no labels (only its pods have)
Good: `services: [{ name: webpod, labels: { app: webpod } }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.workload import service_labels
from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Match every selector against the declared Services."""
    services = [*facts.stack.services, *(service for _, service in facts.ingress_services)]
    for path, _, entry in facts.advertisement_entries:
        if entry.type != "Service" or entry.selector is None:
            continue
        if not any(entry.selector.matches(service_labels(service)) for service in services):
            yield warning(
                f"{path}.selector",
                "the labels of a declared Service",
                entry.selector.manifest(),
                "label the Service, correct the selector, or declare the Service with managed: false",
            )
