"""Takes resources out of a deployment whose real things are known to be gone; nobody is asked to delete them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.registry import PROVIDER_PREFIX

# Of a custom resource: its type, and the host that its connection goes to (None: it has none, or it is encrypted).
Gone = Callable[[str, str | None], bool]


def without(document: dict[str, Any], gone: Gone) -> tuple[dict[str, Any], int]:
    """The deployment without those resources and without references to them; and how many they were."""
    deployment = document["deployment"]
    resources = deployment.get("resources") or []
    lost = {r["urn"] for r in resources
            if r.get("custom") and not r["type"].startswith(PROVIDER_PREFIX) and gone(r["type"], _host(r))}  # fmt: skip
    kept = [_unbound(r, lost) for r in resources if r["urn"] not in lost]
    pending = [entry for entry in deployment.get("pending_operations") or [] if entry["resource"]["urn"] not in lost]
    return {**document, "deployment": {**deployment, "resources": kept, "pending_operations": pending}}, len(lost)


def _host(resource: dict[str, Any]) -> str | None:
    connection = (resource.get("inputs") or {}).get("connection")
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
