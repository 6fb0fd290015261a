"""Removes resources from a deployment when the real ones are known to be gone. Calls no provider."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engine.registry import PROVIDER_PREFIX
from engine.state import State
from engine.values import plain

# Arguments: a custom resource's type, and the host of its connection (None: no connection, or it is encrypted).
Gone = Callable[[str, str | None], bool]


def forget(state: State, gone: Gone) -> int:
    """Remove the lost resources from a state; returns their number."""
    urns = lost(((r.urn, r.type, r.custom, plain(r.inputs)) for r in state.resources), gone)
    if urns:
        document = without(state.document(lambda resource: resource), urns)
        state.import_document(document, lambda resource: resource)
    return len(urns)


def lost(resources: Iterable[tuple[str, str, bool, Any]], gone: Gone) -> set[str]:
    """The URNs that are gone. Each resource: URN, type, whether custom, and inputs."""
    return {
        urn
        for urn, kind, custom, inputs in resources
        if custom and not kind.startswith(PROVIDER_PREFIX) and gone(kind, _host(inputs))
    }


def lost_in(document: dict[str, Any], gone: Gone) -> set[str]:
    """The URNs that are gone, in a deployment with encrypted secrets."""
    resources = document["deployment"].get("resources") or []
    return lost(((r["urn"], r["type"], bool(r.get("custom")), r.get("inputs")) for r in resources), gone)


def without(document: dict[str, Any], lost: set[str]) -> dict[str, Any]:
    """The deployment without the lost resources and without references to them."""
    deployment = document["deployment"]
    resources = deployment.get("resources") or []
    kept = [_unbound(r, lost) for r in resources if r["urn"] not in lost]
    pending = [entry for entry in deployment.get("pending_operations") or [] if entry["resource"]["urn"] not in lost]
    return {**document, "deployment": {**deployment, "resources": kept, "pending_operations": pending}}


def _host(inputs: Any) -> str | None:
    connection = (inputs or {}).get("connection")
    host = connection.get("host") if isinstance(connection, dict) else None
    return host if isinstance(host, str) else None


def _unbound(resource: dict[str, Any], lost: set[str]) -> dict[str, Any]:
    result = dict(resource)
    if "dependencies" in result:
        result["dependencies"] = [urn for urn in result["dependencies"] if urn not in lost]
    if "propertyDependencies" in result:
        pairs = result["propertyDependencies"].items()
        result["propertyDependencies"] = {key: [urn for urn in urns or [] if urn not in lost] for key, urns in pairs}
    if result.get("deletedWith") in lost:
        del result["deletedWith"]
    return result
