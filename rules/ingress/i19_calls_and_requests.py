"""I19: HTTPRoutes and GRPCRoutes of a Gateway use the same port of a Service.

Why: Cilium creates one cluster for each port of a Service in a Gateway's Envoy. One GRPCRoute switches the whole
cluster to HTTP/2. Pods that speak only HTTP/1.1 refuse HTTP/2.
Seen: Requests of the HTTPRoute get 502 ("protocol error").
Since: 1.16
Source: operator/pkg/model/translation/cec_translator.go (isGRPCService) of Cilium

Bad: an HTTPRoute and a GRPCRoute of one Gateway with `backends: [{ service: shop, port: 80 }]`
Good: a separate port of the Service for gRPC calls
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning
from rules.ingress.routes import backends


def check(facts: Facts) -> Iterator[Finding]:
    """A warning, because pods may support both protocols."""
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
                            "give gRPC a separate port, unless the pods speak HTTP/2 on this one",
                        )
