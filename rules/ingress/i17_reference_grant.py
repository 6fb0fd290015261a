"""I17: A Service or a Secret in another namespace has no ReferenceGrant there.

Why: In the Gateway API, a reference to another namespace needs a ReferenceGrant in that namespace.
Seen: Clients get 500 (a route) or a reset connection (a listener). The status has `ResolvedRefs: False` with
RefNotPermitted.
Since: 1.16
Source: the Gateway API's ReferenceGrant; operator/pkg/gateway-api/helpers/reference_grant.go of Cilium

Bad: `backends: [{ service: shop, namespace: shop, port: 80 }]` in a route of namespace default, without a grant
Good: the same with a ReferenceGrant in namespace shop, under `manifests`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.facts import Facts
from rules.finding import Finding, warning
from rules.ingress.routes import backends


def check(facts: Facts) -> Iterator[Finding]:
    """A warning, because an undeclared ReferenceGrant may exist."""
    grants = [item.document() for item in facts.stack.manifests if item.kind == "ReferenceGrant"]
    for path, kind, route in facts.stack.routes():
        for place, backend in backends(route):
            space = backend.namespace or route.namespace
            if space != route.namespace and not _granted(
                grants, space, kind, route.namespace, "Service", backend.service
            ):
                yield _missing(f"{path}.{place}.namespace", space, kind, route.namespace, "Service")
    for i, gateway in enumerate(facts.stack.gateways):
        for j, listener in enumerate(gateway.listeners):
            tls = listener.tls
            if tls is None or tls.secret_namespace in (None, gateway.namespace):
                continue
            home = str(tls.secret_namespace)
            if not _granted(grants, home, "Gateway", gateway.namespace, "Secret", str(tls.secret_name)):
                yield _missing(
                    f"gateways[{i}].listeners[{j}].tls.secretNamespace", home, "Gateway", gateway.namespace, "Secret"
                )


def _granted(grants: list[dict[str, Any]], space: str, kind: str, origin: str, target: str, name: str) -> bool:
    for grant in grants:
        spec = grant.get("spec") or {}
        if (grant["metadata"].get("namespace") or "default") != space:
            continue
        given = any((one.get("kind"), one.get("namespace")) == (kind, origin) for one in spec.get("from") or [])
        if given and any(
            one.get("kind") == target and one.get("name") in (None, "", name) for one in spec.get("to") or []
        ):
            return True
    return False


def _missing(path: str, space: str, kind: str, origin: str, target: str) -> Finding:
    return warning(
        path,
        f"a ReferenceGrant in namespace {space} for {kind}s of {origin} to {target}s",
        "none in this stack",
        "add it under manifests, or use the same namespace",
    )
