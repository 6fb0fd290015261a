"""B8: The selector of a Service advertisement matches no declared Service.

Why: The agent advertises no address for the entry. The selector matches the labels of the Service, not the labels
of its pods. The labels of a Gateway's Service are those under `infrastructure`, not the Gateway's own labels.
Seen: Nowhere.
Since: 1.16
Source: Cilium BGP control plane configuration

Bad: selector `app In [webpod]` and a Service without labels (only its pods have labels)
Good: `services: [{ name: webpod, labels: { app: webpod } }]`
"""

from __future__ import annotations

from collections.abc import Iterator

from config.workload import service_labels
from effective.made import gateways
from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Skips selectors that only exclude Services, because they also apply to undeclared Services."""
    services = [*facts.stack.services, *(item.service for item in facts.made)]
    for path, _, entry in facts.advertisement_entries:
        if entry.type != "Service" or entry.selector is None:
            continue
        if entry.selector.takes_all_but or any(entry.selector.matches(service_labels(one)) for one in services):
            continue
        meant = next((one for one in gateways(facts.stack) if entry.selector.matches(one[1].labels)), None)
        if meant is not None:
            where, gateway = meant
            yield warning(
                f"{where}.infrastructure.labels",
                f"labels that {path}.selector takes: {entry.selector.manifest()}",
                dict(gateway.infrastructure.labels) or "nothing",
                f"set them there: the own labels of Gateway {gateway.name} do not reach its Service",
            )
        else:
            yield warning(
                f"{path}.selector",
                "the labels of a declared Service",
                entry.selector.manifest(),
                "label the Service, correct the selector, or declare the Service with managed: false",
            )
