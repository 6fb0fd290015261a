"""The declared pods behind a Service."""

from __future__ import annotations

from collections.abc import Iterable

from config.stack import StackConfig
from config.workload import Service, Workload


def behind(stack: StackConfig, service: Service) -> Iterable[Workload]:
    """The workloads that a Service selects. A Service without a selector selects none."""
    for one in stack.workloads:
        if one.namespace == service.namespace and service.selector and service.selector.items() <= one.labels.items():
            yield one
