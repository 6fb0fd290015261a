"""Services whose object in the API is not what the stack declares: what differs, and who wrote it last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from config.stack import StackConfig
from config.workload import Service
from probes.seen import Json, Seen
from probes.services import service_object
from probes.verdict import Verdict, judged


def judge(stack: StackConfig, seen: Seen) -> Iterator[Verdict]:
    """Red for each that differs in a field that decides who is announced and who answers. Pure."""
    for service in stack.services:
        found = service_object(seen, service) if service.managed and "services" in seen.objects else None
        spec = {} if found is None or _made(found) else found.get("spec") or {}
        for key, wanted in _declared(service):
            live = spec.get(key, wanted)
            if live == wanted:
                continue
            yield judged(
                "service",
                service.name,
                False,
                f"{key}: {_text(wanted)}",
                f"{key}: {_text(live)}",
                "API",
                f"{key} of Service {service.namespace}/{service.name} was changed{_who(found, key)};"
                " edge up --refresh puts it back",
            )


def _made(found: Json) -> bool:
    """Whether the operator or the chart made it."""
    metadata = found["metadata"]
    helm = (metadata.get("labels") or {}).get("app.kubernetes.io/managed-by") == "Helm"
    return helm or bool(metadata.get("ownerReferences"))


def _declared(service: Service) -> Iterator[tuple[str, Any]]:
    yield "type", service.type
    if service.type != "ClusterIP":
        yield "externalTrafficPolicy", service.external_traffic_policy
    if service.selector:
        yield "selector", dict(service.selector)


def _who(found: Json, key: str) -> str:
    """Who owns the field, as the API's managedFields tell."""
    for entry in found["metadata"].get("managedFields") or []:
        if f"f:{key}" in ((entry.get("fieldsV1") or {}).get("f:spec") or {}):
            return f" by {entry.get('manager', 'somebody')} at {entry.get('time', 'some time')}"
    return ""


def _text(value: Any) -> str:
    return ", ".join(f"{k}={v}" for k, v in sorted(value.items())) if isinstance(value, dict) else str(value)
