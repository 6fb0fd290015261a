"""Services that differ in the API from the stack's declaration: the difference and its last writer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from config.stack import StackConfig
from config.workload import Service
from probes.authors import written_by
from probes.observations import Json, Observations
from probes.services import service_object
from probes.verdict import Verdict, judged

_PORT = ("port", "protocol", "targetPort")


def judge(stack: StackConfig, observations: Observations) -> Iterator[Verdict]:
    """Red for each Service with a difference in a field that affects announcement or backends. Pure."""
    for service in stack.services:
        found = (
            service_object(observations, service) if service.managed and "services" in observations.objects else None
        )
        if found is None or _made(found):
            continue
        for key, wanted in _declared(service):
            live = _live(found, key, wanted)
            if live == wanted:
                continue
            yield judged(
                "service",
                service.name,
                False,
                f"{key}: {_text(wanted)}",
                f"{key}: {_text(live)}",
                "API",
                f"{key} of Service {service.namespace}/{service.name} was changed{written_by(found, _path(key))};"
                " edge up --refresh puts it back",
            )


def _made(found: Json) -> bool:
    """Whether the operator or the chart made the Service."""
    metadata = found["metadata"]
    helm = (metadata.get("labels") or {}).get("app.kubernetes.io/managed-by") == "Helm"
    return helm or bool(metadata.get("ownerReferences"))


def _live(found: Json, key: str, wanted: Any) -> Any:
    """The comparable part of the live value: without additional labels and without the API's defaults of a port."""
    spec, labels = found.get("spec") or {}, found["metadata"].get("labels") or {}
    if key == "labels":
        return {name: labels.get(name, "-") for name in wanted}
    if key == "ports" and "ports" in spec:
        return [{name: port.get(name) for name in _PORT} for port in spec["ports"]]
    return spec.get(key, wanted)


def _declared(service: Service) -> Iterator[tuple[str, Any]]:
    yield "type", service.type
    if service.type != "ClusterIP":
        yield "externalTrafficPolicy", service.external_traffic_policy
    if service.selector:
        yield "selector", dict(service.selector)
    yield "labels", dict(service.labels)
    yield (
        "ports",
        [
            {"port": port.port, "protocol": port.protocol, "targetPort": port.target_port or port.port}
            for port in service.all_ports()
        ],
    )


def _path(key: str) -> str:
    return "metadata.labels" if key == "labels" else f"spec.{key}"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(_text, value))
    return ", ".join(f"{k}={v}" for k, v in sorted(value.items())) if isinstance(value, dict) else str(value)
