"""The backends of a route: the ready pods of its Service, and their identity for policies."""

from __future__ import annotations

from dataclasses import dataclass

from effective.admission import Party, pod
from effective.entries import Target
from probes.observations import Json, Observations
from probes.services import ready_endpoints


@dataclass(frozen=True)
class Backend:
    """The names of a Service's ready pods. `party`: one of them as policies see it; None without a ready pod.

    `missing`: the Service does not exist.
    """

    service: str
    pods: tuple[str, ...]
    party: Party | None
    missing: bool = False


def find(observations: Observations, target: Target) -> Backend | str:
    """The backend of a route; a text with the error if the API did not answer."""
    for key in ("slices", "pods"):
        if key not in observations.objects:
            return observations.errors.get(key, "not asked")
    labels = {
        (item["metadata"]["namespace"], item["metadata"]["name"]): item["metadata"].get("labels") or {}
        for item in observations.objects["pods"]
    }
    namespace, named = target.namespace, _port_name(observations, target)
    missing = "services" in observations.objects and _service(observations, target) is None
    names: list[str] = []
    party: Party | None = None
    for item, _, name in ready_endpoints(observations, namespace, target.service):
        ports = {p.get("name") or "": p.get("port") for p in item.get("ports") or []}
        port = ports.get(named) if named in ports else next(iter(ports.values()), None)
        names.append(name)
        party = party or pod(labels.get((namespace, name), {}), namespace, port)
    return Backend(target.service, tuple(sorted(set(names))), party, missing)


def _service(observations: Observations, target: Target) -> Json | None:
    wanted = (target.namespace, target.service)
    return next(
        (
            item
            for item in observations.objects.get("services", [])
            if (item["metadata"]["namespace"], item["metadata"]["name"]) == wanted
        ),
        None,
    )


def _port_name(observations: Observations, target: Target) -> str:
    """The Service's name for a route's port: EndpointSlices list the pods' port under this name."""
    item = _service(observations, target) or {}
    for port in (item.get("spec") or {}).get("ports") or []:
        if target.port in (port.get("port"), port.get("name")):
            return str(port.get("name") or "")
    return ""
