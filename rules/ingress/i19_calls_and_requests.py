"""I19: A Service that a Gateway's HTTPRoutes and GRPCRoutes both use.

Why: Cilium gives each port of a Service one cluster in a Gateway's Envoy, and speaks HTTP/2 to all of it as soon as one
GRPCRoute is there. Pods that answer HTTP/1.1 alone refuse it.
Seen: 502 for the requests of the HTTPRoute ("protocol error").
Since: 1.16
Source: operator/pkg/model/translation/cec_translator.go (isGRPCService) of Cilium

Bad: an HTTPRoute and a GRPCRoute of one Gateway with `backends: [{ service: shop, port: 80 }]`
Good: a port of the Service for calls alone
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning
from rules.ingress.routes import backends


def check(facts: Facts) -> Iterator[Finding]:
    """Pods may speak both: a warning."""
    calls: dict[tuple[str, str, str, str, int], str] = {}
    for wanted in ("GRPCRoute", "HTTPRoute"):
        for path, kind, route in facts.stack.routes():
            for place, backend in backends(route) if kind == wanted else ():
                for parent in route.parents:
                    key = (
                        parent.namespace or route.namespace,
                        parent.name,
                        backend.namespace or route.namespace,
                        backend.service,
                        backend.port,
                    )
                    if kind == "GRPCRoute":
                        calls.setdefault(key, f"{path}.{place}")
                    elif key in calls:
                        yield warning(
                            f"{path}.{place}",
                            f"a port that no GRPCRoute of Gateway {parent.name} uses",
                            f"{backend.service}:{backend.port}, as {calls[key]}",
                            "give the calls a port of their own, unless the pods speak HTTP/2 on it",
                        )
